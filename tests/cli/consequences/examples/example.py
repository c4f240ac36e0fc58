"""A change as Terraform's plan has it, with what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.running.consequences.consequence import Kind

LOSS, HALF_WAY, OUTAGE, NOTE = Kind.DATA_LOSS, Kind.HALF_WAY, Kind.OUTAGE, Kind.NOTE
ACTIONS = {"create": ["create"], "update": ["update"], "delete": ["delete"], "replace": ["delete", "create"]}


def change(
    address: str,
    action: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **details: Any,
) -> dict[str, Any]:
    """An entry of `resource_changes`; `after` has what differs."""
    kind, _, name = address.partition(".")
    unchanged = before or {}
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "action_reason": details.pop("action_reason", None),
        "change": {
            "actions": details.pop("actions", ACTIONS[action]),
            "before": None if action == "create" else unchanged,
            "after": None if action == "delete" else {**unchanged, **(after or {})},
            "after_unknown": details.pop("unknown", {}),
            "replace_paths": [[name] for name in details.pop("causes", ())],
        },
    }


def plan(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"format_version": "1.2", "resource_changes": list(changes)}


@dataclass(frozen=True, kw_only=True)
class Example:
    """One change."""

    name: str
    layer: str
    changes: tuple[dict[str, Any], ...]
    costs: tuple[Kind, ...] = ()
    """Of what is asked or refused, the worst first."""
    says: str = ""
    """Words of it."""


def example(name: str, layer: str, *changes: dict[str, Any], costs: Any = (), says: str = "") -> Example:
    return Example(
        name=name, layer=layer, changes=changes, costs=costs if isinstance(costs, tuple) else (costs,), says=says
    )
