"""Which minimum the scaling of each colour has: that of the environment file with requests, and none without.

Terraform writes a minimum when it creates the colours and ignores it from then on, like the live colour itself (E07).
What is done here depends only on what AWS says now, so that every command can do it again.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from aws.colour import Colour
from release.aws import error_code
from release.resources import BlueGreenResources
from release.traffic import LiveColour
from times import for_people

STAYS_SECONDS = 900
"""How long a colour without requests keeps its minimum at least, so that a rollback finds it as it was."""


def raise_minimum(service: BlueGreenResources, colour: Colour) -> None:
    """Give a colour its minimum before it gets requests, so that scaling cannot take its tasks away meanwhile."""
    count = service.context.min_count
    if count is not None:
        _reported(service, lambda: _raise(service, colour, count))


def reconcile_minimum(service: BlueGreenResources, live: LiveColour, *, after_seconds: float = 0) -> None:
    """Give colours with requests the minimum of the environment file; let the minimum of another one end later.

    Application Auto Scaling does the second, even if the command has ended by then. A failure is reported and ends
    nothing: the requests are where they should be.

    Args:
        service: the service; without a known minimum nothing happens.
        live: what is live.
        after_seconds: soak time; a colour keeps its minimum that long, and 15 minutes at least.
    """
    count = service.context.min_count
    if count is not None:
        _reported(service, lambda: _reconcile(service, live, count, max(after_seconds, STAYS_SECONDS)))


def _reconcile(service: BlueGreenResources, live: LiveColour, count: int, seconds: float) -> None:
    for colour, weight in live.weights.items():
        scaling = service.colours[colour].scaling
        limits = scaling.limits()
        if limits is None:
            continue
        if weight:
            _raise(service, colour, count)
            continue
        scaling.set_morning_minimum(0)
        if limits.minimum and not scaling.is_to_be_lowered():
            moment = datetime.now(UTC) + timedelta(seconds=seconds)
            scaling.lower_at(moment)
            label = f"{service.context.service} {colour}"
            service.context.reporter.say(f"{label} may go down to no task from {for_people(moment)} on.")


def _raise(service: BlueGreenResources, colour: Colour, count: int) -> None:
    scaling = service.colours[colour].scaling
    if scaling.limits() is None:
        return
    scaling.keep()
    scaling.set_minimum(count)
    scaling.set_morning_minimum(count)


def _reported(service: BlueGreenResources, write: Callable[[], None]) -> None:
    from botocore.exceptions import ClientError

    context = service.context
    try:
        write()
    except ClientError as error:
        context.reporter.say(
            f"{context.service}: the minimum number of tasks could not be written ({error_code(error)}); "
            f"./windlass apply {context.environment} --layer service writes it."
        )
