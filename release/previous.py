"""Which colour was live before: where a rollback goes."""

from aws.colour import Colour
from release.context import Context
from release.entry import Version
from release.errors import RefusedError
from release.parameter import Log, Parameter
from release.weights import Live, other


def previous_colour(context: Context, log: Log, *, force: bool) -> Colour:
    """Return the colour that had every request before the release that the history ends with.

    During a canary that is the colour from which it started; after a switch, the one that was live before.

    Raises:
        RefusedError: there was none, or it has been given another image since.
    """
    last_full = {Live.parse(version.value).full: version for version in log.counted}
    current = Live.parse(log.effective.value)
    if current.full is None:
        full = [Live.parse(version.value).full for version in log.counted]
        return next((colour for colour in reversed(full) if colour is not None), other(current.colour))
    colour = other(current.full)
    if colour not in last_full:
        raise RefusedError(
            f"{context.target.service} has nothing to go back to: {colour} was never live on its own. "
            f"If you want it, say so: ./windlass switch {context.target.arguments} {colour}"
        )
    if not force:
        _require_same_image(context, colour, left=log.after(last_full[colour].number))
    return colour


def _require_same_image(context: Context, colour: Colour, *, left: Version | None) -> None:
    """What runs there now must be what was live then."""
    if left is None or left.modified_at is None:
        return
    image = Parameter(context.aws, context.target.sides[colour].image_parameter).read().effective
    if image.modified_at is not None and image.modified_at > left.modified_at:
        raise RefusedError(
            f"{colour} is not what it was when it was live: {image.who} deployed {image.value} there at {image.when}. "
            f"To go there anyway: ./windlass switch {context.target.arguments} {colour}"
        )
