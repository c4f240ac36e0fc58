"""What the plan of a layer costs."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from cli.running.consequences.change import planned_changes, without
from cli.running.consequences.consequence import Consequence
from cli.running.consequences.table import judge, may_cost
from cli.running.stack import Plan, Stack


def consequences_of(
    stack: Stack,
    plan: Plan,
    *,
    moves: Mapping[str, str] = MappingProxyType({}),
    but: Collection[str] = (),
    options: Sequence[str] = (),
) -> list[Consequence]:
    """What a plan costs, the worst first.

    Args:
        stack: the layer.
        plan: all its changes.
        moves: former address → address of what has another name.
        but: addresses of what stays as it is in this run.
        options: of `terraform plan`. A replacement that `-replace` names is meant.
    """
    if not moves and not any(may_cost(address, action) for address, action in plan.ui.planned.items()):
        return []
    named = {option.partition("=")[2] for option in options if option.startswith("-replace=")}
    changes = [*planned_changes(stack.show_json(plan))]
    return judge(stack.name, without(changes, {*but, *named}), moves=moves)
