"""Which colour a rollback goes to: the one that was live before."""

from aws.colour import Colour
from release.change_record import Version
from release.errors import RefusedError
from release.resources import BlueGreenResources
from release.traffic import LiveColour, other_colour
from release.versioned_parameter import History


def rollback_colour(service: BlueGreenResources, history: History, *, force: bool) -> Colour:
    """Return the colour that had every request before the release that the history ends with.

    During a canary that is the colour from which it started; after a switch, the one that was live before.

    Raises:
        RefusedError: there was none, or it has been given another image since.
    """
    last_sole = {LiveColour.parse(version.value).sole_colour: version for version in history.counted}
    current = LiveColour.parse(history.effective.value)
    if current.sole_colour is None:
        sole = [LiveColour.parse(version.value).sole_colour for version in history.counted]
        return next((colour for colour in reversed(sole) if colour is not None), other_colour(current.colour))
    colour, arguments = other_colour(current.sole_colour), service.context.arguments
    if colour not in last_sole:
        raise RefusedError(
            f"{service.context.service} has nothing to go back to: {colour} was never live on its own. "
            f"To go there anyway: ./windlass switch {arguments} {colour}"
        )
    if not force:
        _require_same_image(service, colour, left=history.first_after(last_sole[colour].number))
    return colour


def _require_same_image(service: BlueGreenResources, colour: Colour, *, left: Version | None) -> None:
    """What the colour runs now must be what it ran when it was live."""
    if left is None or left.modified_at is None:
        return
    image = service.colours[colour].image.read().effective
    if image.modified_at is not None and image.modified_at > left.modified_at:
        raise RefusedError(
            f"{colour} is not what it was when it was live: {image.who} deployed {image.value} there at {image.when}. "
            f"To go there anyway: ./windlass switch {service.context.arguments} {colour}"
        )
