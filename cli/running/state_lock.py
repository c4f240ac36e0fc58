"""Turns Terraform's state lock error into a message that names the holder and the next steps."""

import re
from dataclasses import dataclass
from datetime import datetime

from cli.running.machine_ui import Diagnostic
from times import for_people

_LOCK_SUMMARY = "Error acquiring the state lock"
_CREATED = re.compile(r"(\d+-\d\d-\d\d \d\d:\d\d:\d\d)\S* ([+-]\d{4})")
_FIELD = re.compile(r"^\s+(ID|Path|Operation|Who|Version|Created|Info):[ \t]*(.*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class LockHolder:
    """The "Lock Info" that Terraform prints of the run that holds the lock."""

    id: str
    path: str = ""
    operation: str = ""
    who: str = ""
    version: str = ""
    created: str = ""


def is_about_lock(diagnostic: Diagnostic) -> bool:
    """Whether Terraform says that it did not get the lock."""
    return _LOCK_SUMMARY in diagnostic.summary


def lock_holder(diagnostics: list[Diagnostic]) -> LockHolder | None:
    """The holder, where one of the diagnostics names it; None otherwise."""
    for diagnostic in diagnostics:
        if is_about_lock(diagnostic):
            fields = {name.lower(): value.strip() for name, value in _FIELD.findall(diagnostic.detail)}
            fields.pop("info", None)
            # Without it, the lock table is missing or may not be written: nobody holds the lock.
            return LockHolder(**fields) if fields.get("id") else None
    return None


def lock_message(holder: LockHolder, *, layer: str, stack_folder: str, lock_table: str | None) -> str:
    """What to tell the person whose run fields the state locked."""
    lines = [f"The state of {layer} is locked by another run, so nothing was changed."]
    facts = [
        ("held by", holder.who),
        ("operation", holder.operation.removeprefix("OperationType").lower()),
        ("since", _moment(holder.created)),
        ("state", holder.path),
        ("lock ID", holder.id),
        ("Terraform", holder.version),
    ]
    lines += [f"  {name + ':':<11} {value}" for name, value in facts if value]
    lines.append("Wait for that run, or let this one wait: --lock-timeout 10m.")
    lines += [
        "Only when that process has certainly ended, release the lock manually:",
        f"  cd {stack_folder} && terraform force-unlock {holder.id}",
    ]
    if lock_table and holder.path:
        lines.append(f'The lock itself is the item LockID = "{holder.path}" in the DynamoDB table {lock_table}.')
    return "\n".join(lines)


def _moment(created: str) -> str:
    """Terraform writes `2026-01-05 10:00:00.123456789 +0000 UTC`."""
    parts = _CREATED.match(created)
    return for_people(datetime.strptime(" ".join(parts.groups()), "%Y-%m-%d %H:%M:%S %z")) if parts else created
