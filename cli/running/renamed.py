"""What is the same thing under another address: it is moved, and neither destroyed nor created.

A service or an entry of `egress_rules` that gets another name gets other addresses too, but some of what it has can
exist only once: a rule of a security group, or the listener rule of a priority. AWS would refuse the second one while
the first is there. So a pair of a removal and an addition with the same identity becomes a `moved` block, as a person
would write it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from cli.running.stack import Plan, Stack

MOVED_FILE = "windlass_moved.tf.json"
_SECURITY_GROUP_RULE = (
    "security_group_id",
    "ip_protocol",
    "from_port",
    "to_port",
    "cidr_ipv4",
    "prefix_list_id",
    "referenced_security_group_id",
)
IDENTITY: Mapping[str, tuple[str, ...]] = {
    "aws_lb_listener_rule": ("listener_arn", "priority"),
    "aws_vpc_security_group_egress_rule": _SECURITY_GROUP_RULE,
    "aws_vpc_security_group_ingress_rule": _SECURITY_GROUP_RULE,
}
"""Type → attributes of which AWS allows no two alike."""


@contextmanager
def with_renamed(stack: Stack, options: Sequence[str] = ()) -> Iterator[tuple[Plan, Mapping[str, str]]]:
    """The plan of a layer in which what was renamed is moved, and former address → address of what was.

    Args:
        stack: the layer.
        options: of `terraform plan`.
    """
    file = stack.folder / MOVED_FILE
    file.unlink(missing_ok=True)  # of a command that was killed
    with stack.plan(options=options) as plan:
        moves = renamed(stack, plan)
        if not moves:
            yield plan, {}
            return
    try:
        file.write_text(json.dumps({"moved": [{"from": old, "to": new} for old, new in moves.items()]}))
        with stack.plan(options=options) as plan:
            yield plan, moves
    finally:
        file.unlink(missing_ok=True)


def renamed(stack: Stack, plan: Plan) -> dict[str, str]:
    """Former address → address of what a plan destroys and creates although it is the same.

    A rule whose target Terraform ignores stays what it is: moved, it would never serve its new owner.
    """
    actions = plan.ui.planned.items()
    deleted = {_kind(address) for address, action in actions if action == "delete"}
    created = {_kind(address) for address, action in actions if action == "create"}
    if not deleted & created & set(IDENTITY):
        return {}
    changes = stack.show_json(plan).get("resource_changes", [])
    resources = stack.document().get("resource", {})
    before: dict[tuple[Any, ...], str] = {}
    for change in changes:
        if change["change"]["actions"] == ["delete"] and change["type"] in IDENTITY:
            before[_identity(change["type"], change["change"]["before"])] = change["address"]
    moves: dict[str, str] = {}
    for change in changes:
        kind, details = change["type"], change["change"]
        if details["actions"] != ["create"] or kind not in IDENTITY:
            continue
        unknown = details.get("after_unknown") or {}
        ignored = resources.get(kind, {}).get(change.get("name"), {}).get("lifecycle", {}).get("ignore_changes")
        former = before.get(_identity(kind, details["after"]))
        if former is not None and not ignored and not any(unknown.get(name) for name in IDENTITY[kind]):
            moves[former] = change["address"]
    return moves


def _kind(address: str) -> str:
    return address.partition(".")[0]


def _identity(kind: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    return (kind, *(values.get(name) for name in IDENTITY[kind]))
