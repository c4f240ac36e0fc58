"""Changes of resources, as Terraform's plan gives them to programs."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

Action = Literal["create", "update", "delete", "replace"]

_ACTIONS: Mapping[frozenset[str], Action] = {
    frozenset({"create"}): "create",
    frozenset({"update"}): "update",
    frozenset({"delete"}): "delete",
    frozenset({"create", "delete"}): "replace",
}
"""Without what changes nothing, is read, or is only forgotten."""
_MEANT = ("replace_because_tainted", "replace_by_request")
"""Reasons for a replacement that are no surprise: its creation had failed, or `-replace` names it."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """The change of one resource."""

    address: str
    type: str
    action: Action
    before: Mapping[str, Any] = field(default_factory=dict)
    """Attributes that it has; none of a new one."""
    after: Mapping[str, Any] = field(default_factory=dict)
    """Attributes that it will have, as far as they are known."""
    creates_first: bool = False
    """Whether a replacement is there before what it replaces goes."""
    causes: tuple[str, ...] = ()
    """Attributes that force a replacement."""
    is_meant: bool = False
    """Whether somebody asked for the replacement, or it only repeats a creation that failed."""

    @property
    def goes(self) -> bool:
        """Whether what is there now will be gone."""
        return self.action in ("delete", "replace")

    def alters(self, *names: str) -> bool:
        """Whether one of these attributes gets another value in place; one that is unknown counts as the same."""
        return self.action == "update" and any(
            name in self.after and plain(self.after[name]) != plain(self.before.get(name)) for name in names
        )

    def because(self) -> str:
        """` because db_name cannot be changed in place`, or nothing where Terraform does not say."""
        return f" because {', '.join(self.causes)} cannot be changed in place" if self.causes else ""


def plain(value: Any) -> Any:
    """A value such that those which Terraform takes for the same are equal.

    `"true"` and true are, `"1"` and 1, and JSON in another order, such as a policy as AWS gives it back.
    """
    if isinstance(value, str) and value.startswith("{"):
        with suppress(ValueError):
            return json.loads(value)
    return str(value).lower() if isinstance(value, str | bool | int | float) else value


def planned_changes(plan: Mapping[str, Any]) -> Iterator[Change]:
    """The changes of a plan.

    Args:
        plan: what `terraform show -json PLAN` prints.
    """
    for body in plan.get("resource_changes", []):
        details = body["change"]
        action = _ACTIONS.get(frozenset(details["actions"]))
        if action is None or "deposed" in body or body.get("mode") == "data":
            continue
        unknown = details.get("after_unknown") or {}
        after = details.get("after") or {}
        yield Change(
            address=body["address"],
            type=body["type"],
            action=action,
            before=details.get("before") or {},
            after={name: value for name, value in after.items() if not unknown.get(name)},
            creates_first=details["actions"] == ["create", "delete"],
            causes=tuple(sorted({str(path[0]) for path in details.get("replace_paths") or [] if path})),
            is_meant=body.get("action_reason") in _MEANT,
        )


def without(changes: Collection[Change], addresses: Collection[str]) -> list[Change]:
    """The changes but those of some addresses."""
    return [each for each in changes if each.address not in addresses]
