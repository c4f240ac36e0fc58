"""Which minimum the scaling of each colour has: that of the environment file with requests, and none without.

For a while it is higher: a colour that was switched to, left or deployed keeps the tasks that it has, since scaling
would take them away before they are needed (docs/decisions/0031-held-by-its-minimum.md).

Terraform writes a minimum when it creates the colours and ignores it from then on, like the live colour itself (E07).
What is done here depends only on what AWS says now, so that every command can do it again.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from release.aws import error_code
from release.resources import BlueGreenResources, ColourResources
from release.traffic import LiveColour
from times import for_people

STAYS_SECONDS = 900
"""How long a colour keeps its tasks at least, so that a rollback finds it as it was."""


def hold(side: ColourResources, count: int, *, serves: bool, seconds: float = 0) -> None:
    """Let scaling take no task of a colour below a number, for 15 minutes at least, also if the command ends before.

    Args:
        side: the colour.
        count: tasks.
        serves: whether it has requests, or is about to: then it keeps the minimum of the environment file afterwards,
            and none otherwise.
        seconds: how long, where that is longer.
    """
    minimum = side.context.min_count
    if minimum is not None:
        _reported(side, partial(_hold, side, count, minimum if serves else 0, seconds))


def hold_both(service: BlueGreenResources) -> None:
    """Hold both colours as they are before requests move, so that scaling cannot take tasks away meanwhile."""
    for side in service.colours.values():
        hold(side, side.ecs.describe().desired, serves=True)


def reconcile_minimum(
    service: BlueGreenResources, live: LiveColour, *, after_seconds: float = 0, moved: bool = False
) -> None:
    """Give colours with requests the minimum of the environment file; let the minimum of another one end later.

    Application Auto Scaling does the second, even if the command has ended by then. A failure is reported and ends
    nothing: the requests are where they should be.

    Args:
        service: the service; without a known minimum nothing happens.
        live: what is live.
        after_seconds: bake or soak time; a colour keeps its minimum that long, and 15 minutes at least.
        moved: whether requests were moved just now: then both colours are held as they are.
    """
    count = service.context.min_count
    if count is None:
        return
    for colour, weight in live.weights.items():
        side, rest = service.colours[colour], count if weight else 0
        if moved:
            _reported(side, partial(_hold, side, side.ecs.describe().desired, rest, after_seconds))
        else:
            _reported(side, partial(_follow, side, rest, after_seconds))


def most_tasks(side: ColourResources) -> int | None:
    """The maximum of a colour's scaling; None where nothing scales it, or nobody may know."""
    from botocore.exceptions import ClientError

    try:
        limits = side.scaling.limits()
    except ClientError:
        return None
    return None if limits is None else limits.maximum


def _hold(side: ColourResources, count: int, rest: int, seconds: float) -> None:
    scaling = side.scaling
    if scaling.limits() is None:
        return
    scaling.set_morning_minimum(rest)
    # What lowers it to more than nothing would raise it at night.
    if count > rest and not (rest and scaling.keeps_working_hours()):
        # First: a command that is killed in between leaves no minimum that stays.
        _lower_later(side, rest, seconds)
        scaling.set_minimum(count)
    else:
        scaling.keep()
        scaling.set_minimum(rest)


def _follow(side: ColourResources, rest: int, seconds: float) -> None:
    scaling = side.scaling
    limits = scaling.limits()
    if limits is None:
        return
    scaling.set_morning_minimum(rest)
    pending = scaling.to_be_lowered()
    if pending is not None:
        if pending.minimum != rest:
            scaling.lower_at(pending.moment, rest)
        if limits.minimum < rest:
            scaling.set_minimum(rest)
    elif rest:
        scaling.keep()
        scaling.set_minimum(rest)
    elif limits.minimum:
        _lower_later(side, rest, seconds)


def _lower_later(side: ColourResources, rest: int, seconds: float) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=max(seconds, STAYS_SECONDS))
    side.scaling.lower_at(moment, rest)
    if not rest:
        label = f"{side.context.service} {side.colour}"
        side.context.reporter.say(f"{label} may go down to no task from {for_people(moment)} on.")


def _reported(side: ColourResources, write: Callable[[], None]) -> None:
    from botocore.exceptions import ClientError

    context = side.context
    try:
        write()
    except ClientError as error:
        context.reporter.say(
            f"{context.service}: the minimum number of tasks could not be written ({error_code(error)}); "
            f"./windlass apply {context.environment} --layer service writes it."
        )
