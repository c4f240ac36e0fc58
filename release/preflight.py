"""Checks before a colour takes traffic (B04): healthy targets, and no alarm."""

from aws.colour import Colour
from release.diagnostics import diagnose
from release.errors import RefusedError
from release.resources import BlueGreenResources
from release.traffic import LiveColour, other_colour


def required_targets(
    service: BlueGreenResources, colour: Colour, live: LiveColour, *, minimum: int | None = None
) -> int:
    """Return how many healthy targets a colour needs: the other one's desired count, and one at least.

    A colour that carries most of the traffic already needs one: what it gets in addition is less than what it has.

    Args:
        service: the service.
        colour: the colour that is to take traffic.
        live: what is live now.
        minimum: use this number instead.
    """
    if minimum is not None:
        return minimum
    if live.weights[colour] >= 50:
        return 1
    return max(1, service.colours[other_colour(colour)].ecs.describe().desired)


def require_healthy(service: BlueGreenResources, colour: Colour, count: int) -> None:
    """Raise RefusedError, with the causes, unless a colour has that many healthy targets."""
    side, context = service.colours[colour], service.context
    health = side.health()
    if health.healthy >= count:
        return
    state = side.ecs.describe()
    advice = (
        f"Scale it up first: add --scale-up, or run ./windlass deploy {context.arguments} --image {state.image}"
        if state.desired < count
        else "Wait for it, fix it, or add --force to send requests there all the same"
    )
    raise RefusedError(
        f"{context.service} was not switched: {colour} has {health.summary}, and {count} are needed.\n"
        f"{diagnose(side.ecs, state, health)}\n{advice}."
    )


def require_no_alarm(service: BlueGreenResources, colour: Colour) -> None:
    """Raise RefusedError where an alarm of the colour is in ALARM before it gets any traffic."""
    in_alarm = service.colours[colour].alarms().in_alarm
    if in_alarm:
        raise RefusedError(
            f"{service.context.service} was not switched: {colour} has {', '.join(in_alarm)} in ALARM already. "
            "Find out why, or add --force to switch in spite of it."
        )
