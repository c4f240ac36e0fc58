"""The parameter that says which image a service should run."""

from release.context import Context
from release.versioned_parameter import VersionedParameter, require_won


def request_image(context: Context, parameter: VersionedParameter, image: str, *, label: str, reason: str) -> None:
    """Write the desired image; does nothing where it is the desired one already.

    Args:
        context: the service.
        parameter: the parameter that holds the image.
        image: a complete reference.
        label: whose image it is, for messages, such as `web green`.
        reason: why, for the history.

    Raises:
        LostError: somebody else wrote at the same moment, and was first.
    """
    history, author = parameter.read(), context.author
    if history.is_consistent and history.latest.value == image:
        return
    base = history.effective
    parameter.write(image, base=base, action="deploy", author=author, why=reason)
    require_won(parameter.withdraw_rejected(author), author, base, f"The image of {label}")
    context.reporter.say(f"{label}: {image}")
