"""Looks at a colour while it takes traffic, and says as soon as it does not do well."""

from collections.abc import Collection

from aws.colour import Colour
from release.context import Context
from release.entry import Version
from release.errors import LostError


def trouble(context: Context, colour: Colour, *, known_alarms: Collection[str] = ()) -> str | None:
    """Return what speaks against the colour right now, or None.

    Args:
        context: the service.
        colour: the colour that is to take traffic.
        known_alarms: alarms that were in ALARM before, and that somebody decided to live with.
    """
    ringing = [name for name in context.alarms(colour).ringing if name not in known_alarms]
    if ringing:
        return f"alarm {', '.join(ringing)}"
    health = context.health(colour)
    if health.unhealthy or not health.healthy:
        reasons = f" ({'; '.join(health.reasons)})" if health.reasons else ""
        return f"{colour} has {health.in_words}{reasons}"
    return None


def watch(
    context: Context, colour: Colour, mine: Version, *, seconds: float, line: str, known_alarms: Collection[str] = ()
) -> str | None:
    """Look at a colour for a time; return the first trouble at once, or None when the time is over.

    Raises:
        LostError: somebody else has written the parameter meanwhile.
    """
    pace = context.pace
    end = pace.clock() + seconds
    try:
        while True:
            found = trouble(context, colour, known_alarms=known_alarms)
            require_mine(context, mine)
            left = end - pace.clock()
            if found or left <= 0:
                return found
            context.reporter.wait(line, rest=f"{max(0, round(left))} s left")
            pace.sleep(min(pace.poll_seconds, left))
    finally:
        context.reporter.done_waiting()


def require_mine(context: Context, mine: Version) -> None:
    """Raise LostError unless the last entry that counts is this command's own."""
    newest = context.colour.read().effective
    if newest.number != mine.number:
        raise LostError(
            f"{context.target.service} was changed by {newest.who} at {newest.when}: it is {newest.value!r} now"
            f"{f' ({newest.why})' if newest.why else ''}. This command stops here and leaves it so."
        )
