"""Statements that deny: they hold whatever else is attached to a role. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Denial:
    """A statement that denies actions, on resources or on all but some."""

    actions: Sequence[str]
    """Actions; here `iam:*` is welcome."""

    resources: Sequence[str] = ()
    """ARNs that the actions are denied on. Default: `except_on` says which."""

    except_on: Sequence[str] = ()
    """ARNs that alone are left. Default: none, so that `resources` says which."""

    conditions: Mapping[str, Mapping[str, str | Sequence[str]]] = field(default_factory=dict)
    """Conditions as IAM writes them: operator, key, value. Default: none."""

    def __post_init__(self) -> None:
        """Refuse a statement that says both or neither."""
        if not self.actions or bool(self.resources) == bool(self.except_on):
            raise ValueError("I01: a denial needs actions, and either resources or except_on")

    def document(self, sid: str) -> dict[str, Any]:
        """Return the statement in the form of a policy document."""
        key, arns = ("Resource", self.resources) if self.resources else ("NotResource", self.except_on)
        body: dict[str, Any] = {"Sid": sid, "Effect": "Deny", "Action": list(self.actions)}
        body[key] = list(dict.fromkeys(arns))
        if self.conditions:
            body["Condition"] = {operator: dict(keys) for operator, keys in self.conditions.items()}
        return body
