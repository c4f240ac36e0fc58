"""What roles may do by the Terraform JSON, and what they did while tests ran (tests/permissions/recorded)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from scripts.docs import deployer_beyond
from scripts.docs.never_called import REASONS
from terraform.document import Stacks

RECORDED = Path("tests") / "permissions" / "recorded"
_ROLE = re.compile(r"\$\{aws_iam_role\.(?P<name>[^.}]+)\.(?:id|name)\}")

Calls = Mapping[str, Mapping[str, Sequence[str]]]
"""Role → action → patterns of resources."""


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """One role: its name begins with project and environment, which are left out."""

    role: str
    granted: Sequence[str]
    """Actions that its own policies allow, sorted."""
    called: Mapping[str, Sequence[str]]
    """Actions that it called, by whatever policy, with patterns of resources."""

    @cached_property
    def never_called(self) -> dict[str, str]:
        """Granted action → why it is granted though no test calls it; empty where nobody has said why."""
        return {
            action: reason_of(self.role, action)
            for action in self.granted
            if not any(fnmatchcase(call, action) for call in self.called)
        }

    @cached_property
    def by_other_policies(self) -> dict[str, Sequence[str]]:
        """What it called by managed policies."""
        return {
            call: patterns
            for call, patterns in self.called.items()
            if not any(fnmatchcase(call, action) for action in self.granted)
        }


def reason_of(role: str, action: str) -> str:
    """Why a role may do something that no test does; empty where nobody has said why."""
    if role == "deployer":
        return deployer_beyond.reasons().get(action, "")
    matching = (why for key, why in REASONS.items() if fnmatchcase(role, key[0]) and fnmatchcase(action, key[1]))
    return next(matching, "")


def permissions(stacks: Stacks, prefix: str, calls: Calls) -> list[Permissions]:
    """Every role that the layers make.

    Args:
        stacks: the layers.
        prefix: project and environment.
        calls: what roles did.
    """
    granted: dict[str, set[str]] = {}
    for address, body in stacks.resources("aws_iam_role_policy"):
        role = _role_name(stacks, address, body).removeprefix(f"{prefix}-")
        granted.setdefault(role, set()).update(_allowed(json.loads(body["policy"])))
    return [
        Permissions(role=role, granted=sorted(actions), called=calls.get(role, {}))
        for role, actions in sorted(granted.items())
    ]


def recorded(root: Path) -> Calls:
    """What roles did while tests ran, all files together."""
    together: dict[str, dict[str, set[str]]] = {}
    for path in sorted((root / RECORDED).glob("*.json")):
        for role, actions in json.loads(path.read_text(encoding="utf-8")).items():
            for action, patterns in actions.items():
                together.setdefault(role, {}).setdefault(action, set()).update(patterns)
    return {
        role: {action: sorted(patterns) for action, patterns in sorted(actions.items())}
        for role, actions in together.items()
    }


def _role_name(stacks: Stacks, address: str, body: Mapping[str, Any]) -> str:
    layer = address.partition(":")[0]
    match = _ROLE.fullmatch(str(body["role"]))
    return str(stacks.documents[layer]["resource"]["aws_iam_role"][match["name"]]["name"] if match else body["role"])


def _allowed(policy: Mapping[str, Any]) -> Iterator[str]:
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow":
            actions = statement["Action"]
            yield from [actions] if isinstance(actions, str) else actions
