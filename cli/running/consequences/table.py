"""The table: from the changes of a layer to what they cost.

A type of resource that keeps something has a row; a test looks at all types that Windlass creates
(tests/cli/consequences/test_table.py).
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from cli.running.consequences import cache, database, load_balancer, network, services, stores
from cli.running.consequences.change import Change
from cli.running.consequences.consequence import Consequence, Kind
from cli.running.consequences.row import Row
from cli.running.two_rounds import BUILT_ON

ROWS: tuple[Row, ...] = (
    *database.ROWS,
    *cache.ROWS,
    *stores.ROWS,
    *services.ROWS,
    *load_balancer.ROWS,
    *network.ROWS,
)
TYPES = frozenset(row.type for row in ROWS) | frozenset(network.IN_USE)
"""Types of resources whose changes may cost something."""

CHANGED_IN_PLACE = frozenset(
    {database.INSTANCE, "aws_db_parameter_group", cache.GROUP, "aws_cloudwatch_log_group", "aws_route"}
)
"""Those of which an update may cost something. An image that is deployed updates services, and is none of them."""

_ORDER = list(Kind)


def judge(
    layer: str, changes: Sequence[Change], *, moves: Mapping[str, str] = MappingProxyType({})
) -> list[Consequence]:
    """What the changes of a layer cost, the worst first.

    Args:
        layer: its name.
        changes: of the layer, planned or expected. A replacement that somebody asked for is not judged.
        moves: former address → address of what has another name.
    """
    changes = [each for each in changes if not each.is_meant]
    costs = [one for change in changes for row in ROWS if (one := row.judge(change)) is not None]
    costs += services.interrupted(changes)
    costs += load_balancer.taken_over(changes, moves)
    costs += network.lost_routes(changes)
    if layer in BUILT_ON:
        costs += network.replaced_in_use(changes)
    return sorted(costs, key=lambda each: (_ORDER.index(each.kind), each.address))


def may_cost(address: str, action: str) -> bool:
    """Whether a change has to be looked at. Most plans have none such, and are not read as a whole.

    Args:
        address: of the resource.
        action: as Terraform names it when it plans.
    """
    kind = address.partition(".")[0]
    return kind in (CHANGED_IN_PLACE if action == "update" else TYPES) and action in ("update", "delete", "replace")
