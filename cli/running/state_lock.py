"""Turns Terraform's state lock error into a message that names the holder and the next steps."""

import re
from dataclasses import dataclass

from cli.running.machine_ui import Diagnostic

_LOCK_SUMMARY = "Error acquiring the state lock"
_FIELD = re.compile(r"^\s+(ID|Path|Operation|Who|Version|Created|Info):[ \t]*(.*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class LockHolder:
    """The "Lock Info" that Terraform prints of the run that holds the lock; empty where it could not be read."""

    id: str = ""
    path: str = ""
    operation: str = ""
    who: str = ""
    version: str = ""
    created: str = ""


def lock_holder(diagnostics: list[Diagnostic]) -> LockHolder | None:
    """The holder, where one of the diagnostics is about the lock; None otherwise."""
    for diagnostic in diagnostics:
        if _LOCK_SUMMARY in diagnostic.summary:
            fields = {name.lower(): value.strip() for name, value in _FIELD.findall(diagnostic.detail)}
            fields.pop("info", None)
            return LockHolder(**fields)
    return None


def lock_message(holder: LockHolder, *, layer: str, stack_folder: str, lock_table: str | None) -> str:
    """What to tell the person whose run fields the state locked."""
    lines = [f"The state of {layer} is locked by another run, so nothing was changed."]
    facts = [
        ("held by", holder.who),
        ("operation", holder.operation.removeprefix("OperationType").lower()),
        ("since", holder.created),
        ("state", holder.path),
        ("lock ID", holder.id),
        ("Terraform", holder.version),
    ]
    lines += [f"  {name + ':':<11} {value}" for name, value in facts if value]
    lines.append("Wait for that run, or let this one wait: --lock-timeout 10m.")
    if holder.id:
        lines += [
            "Only when that process has certainly ended, release the lock manually:",
            f"  cd {stack_folder} && terraform force-unlock {holder.id}",
        ]
    if lock_table and holder.path:
        lines.append(f'The lock itself is the item LockID = "{holder.path}" in the DynamoDB table {lock_table}.')
    return "\n".join(lines)
