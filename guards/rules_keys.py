"""The guard for KMS keys that containers may decrypt with (I01)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.policies import policies, roles_with
from terraform.document import type_of

_TASKS = "ecs-tasks.amazonaws.com"
_LIMITS = ("kms:ViaService", "kms:EncryptionContext")
_SESSIONS = "aws_ecs_cluster"


@guard("I01", fix="limit it with `kms:ViaService`, or use a key that encrypts nothing else")
def tasks_decrypt_through_a_service_only(stacks: CheckedStacks) -> Iterator[Finding]:
    """The role of a task decrypts through a named service, or with a key that encrypts ECS Exec's sessions alone."""
    tasks = {
        one.address
        for one in policies(stacks).statements
        if one.kind == "trust" and _TASKS in one.principals.get("Service", ())
    }
    used = _uses(stacks)
    for one in policies(stacks).statements:
        if one.kind != "identity" or not one.allow or "kms:Decrypt" not in one.actions:
            continue
        if any(key.startswith(_LIMITS) for keys in one.conditions.values() for key in keys):
            continue
        if not roles_with(stacks, one.address) & tasks:
            continue
        for resource in one.resources:
            for key in re.findall(r"<([^<>]+)>", resource) or [resource]:
                others = sorted(user for user in used.get(key, ()) if type_of(user) != _SESSIONS)
                if others or key not in used:
                    what = f"what {others[0]} keeps" if others else f"whatever {key} encrypts"
                    yield one.address, f"statement {one.sid} lets code in containers decrypt {what} without a service"


GUARDS: tuple[Guard, ...] = (tasks_decrypt_through_a_service_only,)


def _uses(stacks: CheckedStacks) -> Mapping[str, set[str]]:
    """Key → the resources that encrypt with it."""
    used: dict[str, set[str]] = {}
    for address, body in stacks.bodies.items():
        for value in _key_arguments(body):
            for key in stacks.resolve(address, value) or {value}:
                used.setdefault(key, set()).add(address)
    return used


def _key_arguments(body: Any) -> Iterator[str]:
    """The values of all arguments that name a KMS key."""
    if isinstance(body, Mapping):
        for name, value in body.items():
            if "kms" in name and isinstance(value, str):
                yield value
            else:
                yield from _key_arguments(value)
    elif isinstance(body, list):
        for item in body:
            yield from _key_arguments(item)
