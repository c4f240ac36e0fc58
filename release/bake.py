"""Observes a colour for its bake time while it takes traffic, and reports the first problem at once."""

from collections.abc import Collection

from release.change_record import Version
from release.errors import LostError
from release.resources import BlueGreenResources, ColourResources


def find_problem(side: ColourResources, *, known_alarms: Collection[str] = ()) -> str | None:
    """Return the first problem with a colour right now, or None.

    Args:
        side: the colour that takes traffic.
        known_alarms: alarms that were in ALARM before, and that somebody decided to ignore.
    """
    in_alarm = [name for name in side.alarms().in_alarm if name not in known_alarms]
    if in_alarm:
        return f"alarm {', '.join(in_alarm)}"
    health = side.health()
    if health.unhealthy or not health.healthy:
        reasons = f" ({'; '.join(health.reasons)})" if health.reasons else ""
        return f"{side.colour} has {health.summary}{reasons}"
    return None


def bake(
    service: BlueGreenResources,
    side: ColourResources,
    written: Version,
    *,
    seconds: float,
    line: str,
    known_alarms: Collection[str] = (),
) -> str | None:
    """Observe a colour for a time; return the first problem at once, or None when the time is over.

    Args:
        service: the service.
        side: the colour that takes traffic.
        written: the version of the live colour's parameter that this command wrote.
        seconds: the bake time.
        line: what to show meanwhile.
        known_alarms: see `find_problem`.

    Raises:
        LostError: somebody else has written the parameter meanwhile.
    """
    pace, reporter = service.context.pace, service.context.reporter
    end = pace.clock() + seconds
    try:
        while True:
            problem = find_problem(side, known_alarms=known_alarms)
            require_latest(service, written)
            left = end - pace.clock()
            if problem or left <= 0:
                return problem
            reporter.wait(line, rest=f"{max(0, round(left))} s left")
            pace.sleep(min(pace.poll_seconds, left))
    finally:
        reporter.done_waiting()


def duration(seconds: float) -> str:
    """`300` → `5m`, `90` → `1m30s`, as `--bake` takes the first of them."""
    minutes, rest = divmod(round(seconds), 60)
    return "".join([f"{minutes}m" * bool(minutes), f"{rest}s" * (bool(rest) or not minutes)])


def require_latest(service: BlueGreenResources, written: Version) -> None:
    """Raise LostError unless the last version that counts is the one that this command wrote."""
    newest = service.live_colour.read().effective
    if newest.number != written.number:
        raise LostError(
            f"{service.context.service} was changed by {newest.who} at {newest.when}: it is {newest.value!r} now"
            f"{f' ({newest.why})' if newest.why else ''}. This command stops here and leaves it unchanged."
        )
