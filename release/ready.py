"""Whether a colour may take traffic (B04)."""

from aws.colour import Colour
from release.context import Context
from release.errors import RefusedError
from release.weights import Live, other
from release.why import why_not_ready


def needed_targets(context: Context, colour: Colour, live: Live, *, minimum: int | None = None) -> int:
    """How many healthy targets a colour needs: as many as the other one's desired count, and one at least.

    A colour that carries most of the traffic already needs one: what it gets in addition is less than what it has.

    Args:
        context: the service.
        colour: the colour that is to take traffic.
        live: what is live now.
        minimum: use this number instead.
    """
    if minimum is not None:
        return minimum
    if live.weights[colour] >= 50:
        return 1
    return max(1, context.service(other(colour)).look().desired)


def require_ready(context: Context, colour: Colour, needed: int) -> None:
    """Raise RefusedError, with the reasons, unless a colour has that many healthy targets."""
    health = context.health(colour)
    if health.healthy >= needed:
        return
    running = context.service(colour).look()
    arguments = context.target.arguments
    advice = (
        f"Scale it up first: add --scale-up, or run ./windlass deploy {arguments} --image {running.image}"
        if running.desired < needed
        else "Wait for it, mend it, or add --force to send requests there all the same"
    )
    raise RefusedError(
        f"{context.target.service} was not switched: {colour} has {health.in_words}, and {needed} are needed.\n"
        f"{why_not_ready(context, colour, health, running)}\n{advice}."
    )


def require_quiet(context: Context, colour: Colour) -> None:
    """Raise RefusedError where an alarm of the colour rings before it gets any traffic."""
    ringing = context.alarms(colour).ringing
    if ringing:
        raise RefusedError(
            f"{context.target.service} was not switched: {colour} has {', '.join(ringing)} in ALARM already. "
            "Look why, or add --force to go on in spite of it."
        )
