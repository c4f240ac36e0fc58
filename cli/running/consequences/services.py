"""ECS services: another strategy, or a replacement. The source: Amazon ECS API Reference, "UpdateService"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from aws.strategy import STRATEGY_OF
from cli.running.consequences.change import Change
from cli.running.consequences.consequence import Consequence, Kind
from cli.running.consequences.row import Row, replaced

SERVICE = "aws_ecs_service"
WEB_SERVICE = re.compile(rf"{SERVICE}\.(?P<service>[^_.]+)_(?P<id>{'|'.join(STRATEGY_OF)})_service")
"""The address of a web service's ECS service (see `layers/web`)."""

ROWS = (
    Row(
        type=SERVICE,
        when=replaced,
        kind=Kind.OUTAGE,
        says=lambda change: (
            f"the ECS service {change.before.get('name') or ''} is replaced{change.because()}: its tasks stop "
            "before the new ones start, and it is interrupted for some minutes"
        ),
        instead=lambda change: (
            "add a second service with the new value beside it (docs/decisions/0006-strategies.md)"
            if WEB_SERVICE.fullmatch(change.address)
            else "choose a quiet hour, in which no DAG runs"
        ),
    ),
    Row(
        type="aws_ecs_cluster",
        when=replaced,
        kind=Kind.OUTAGE,
        says=lambda change: f"the cluster is replaced{change.because()}: all tasks stop, for minutes",
        instead="keep the former value",
    ),
)


@dataclass(kw_only=True)
class _Strategies:
    """Those of one web service, before and after."""

    before: set[str] = field(default_factory=set)
    after: dict[str, str] = field(default_factory=dict)
    """Strategy → address of its ECS service."""


def changed_strategies(changes: Sequence[Change]) -> dict[str, tuple[str, str, str]]:
    """Web service → its strategy, the one that it gets, and the address of the ECS service that comes."""
    services: dict[str, _Strategies] = {}
    for change in changes:
        match = WEB_SERVICE.fullmatch(change.address)
        if match is None:
            continue
        service, strategy = services.setdefault(match["service"], _Strategies()), STRATEGY_OF[match["id"]]
        if change.action == "delete":
            service.before.add(strategy)
        elif change.action == "create":
            service.after[strategy] = change.address
    return {
        name: (min(one.before), min(one.after), one.after[min(one.after)])
        for name, one in sorted(services.items())
        if one.before and one.after and one.before != set(one.after)
    }


def interrupted(changes: Sequence[Change]) -> Iterator[Consequence]:
    """What a change of strategy costs."""
    for name, (before, after, address) in changed_strategies(changes).items():
        yield Consequence(
            kind=Kind.OUTAGE,
            address=address,
            sentence=(
                f"{name} changes its strategy from {before} to {after} and is interrupted: its listener rule switches "
                "to target groups whose tasks are not healthy yet, while the old tasks stop. Requests fail with 503 "
                "for some minutes"
            ),
            instead=(
                f"keep {name} and add a second service with the new strategy, the same host_names and path_patterns, "
                f"and a priority number above that of {name}, so that it gets no requests yet. Apply, and wait until "
                f"its targets are healthy. Then give it a free priority number below that of {name} and apply: all "
                f"requests move at once, and back the same way. Finally remove {name} from the file. That deletes its "
                "image repository, so keep the images of the second service in its own"
            ),
        )
