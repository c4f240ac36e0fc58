"""Checks before something changes: of the image before a deployment, of a colour before it takes traffic (B04)."""

from dataclasses import dataclass

from aws.colour import Colour
from aws.image_reference import ALLOWED, ImageReference
from release.aws import Aws, error_code
from release.diagnostics import diagnose
from release.errors import BadRequestError, RefusedError
from release.minimum import most_tasks
from release.resources import BlueGreenResources
from release.traffic import LiveColour, other_colour


def check_reference(image: str, *, allow_moving_tags: bool) -> None:
    """Refuse a reference that does not say exactly which image is meant (E05).

    Raises:
        BadRequestError: it is incomplete, or its tag moves and that is not allowed.
    """
    if not ImageReference.is_complete(image):
        raise BadRequestError(f"The image is {image!r}; give {ALLOWED}.")
    reference = ImageReference.parse(image)
    if reference.is_moving and not allow_moving_tags:
        raise BadRequestError(
            f"The image is {image!r}; the tag {reference.tag} means another image tomorrow, and leaves nothing to roll "
            "back to. Name a version, or a digest."
        )


def check_exists(aws: Aws, image: str, arguments: str) -> None:
    """Refuse an image that ECR does not have; images of other registries are not checked.

    Args:
        aws: the account.
        image: a complete reference.
        arguments: `ENV SERVICE`, for the command that pushes it.

    Raises:
        RefusedError: the repository or the image does not exist.
    """
    missing = missing_image(aws, image)
    if missing is None:
        return
    if not missing.has_repository:
        raise RefusedError(f"{missing}.")
    reference = ImageReference.parse(image)
    push = push_command(arguments, reference)
    if aws.is_emulated and reference.tag is not None:
        local = f"./windlass local image {reference.repository}:{reference.tag}"
        raise RefusedError(f"{missing}: {local} makes it known, {push} pushes one, or check the name.")
    raise RefusedError(f"{missing}: {push} pushes it, or check the name.")


@dataclass(frozen=True, kw_only=True)
class MissingImage:
    """An image that ECR does not have."""

    text: str
    has_repository: bool

    def __str__(self) -> str:
        """`ECR has no image 1.4.0 in shop-prod/web`."""
        return self.text


def missing_image(aws: Aws, image: str) -> MissingImage | None:
    """Return what ECR lacks of an image; None where it is there, or is in a registry that is not checked.

    Args:
        aws: the account.
        image: a complete reference.
    """
    from botocore.exceptions import ClientError

    reference = ImageReference.parse(image)
    account = reference.ecr_account
    client = aws.client("ecr")
    # Another region's registry is another endpoint, which these credentials may not even reach.
    if account is None or account.region != client.meta.region_name:
        return None
    repository = reference.repository
    image_id = {"imageTag": reference.tag} if reference.tag is not None else {"imageDigest": str(reference.digest)}
    try:
        client.describe_images(registryId=account.id, repositoryName=repository, imageIds=[image_id])
    except ClientError as error:
        if error_code(error) == "RepositoryNotFoundException":
            return MissingImage(
                text=f"ECR has no repository {repository} in account {account.id}", has_repository=False
            )
        if error_code(error) == "ImageNotFoundException":
            (name,) = image_id.values()
            return MissingImage(text=f"ECR has no image {name} in {repository}", has_repository=True)
        raise
    return None


def push_command(arguments: str, reference: ImageReference) -> str:
    """Return the command that pushes an image.

    Args:
        arguments: `ENV SERVICE`.
        reference: of the image.
    """
    tag = f" --tag {reference.tag}" if reference.tag is not None else ""
    return f"./windlass push {arguments}{tag} --image SOURCE (or --file DOCKERFILE)"


def required_targets(
    service: BlueGreenResources, colour: Colour, live: LiveColour, *, minimum: int | None = None
) -> int:
    """Return how many healthy targets a colour needs: the other one's desired count, and one at least.

    More than its scaling allows are not needed. A colour that carries at least half of the traffic already needs one:
    the rest is at most what it has now.

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
    return tasks_for_all(service, colour)


def tasks_for_all(service: BlueGreenResources, colour: Colour) -> int:
    """Return with how many tasks a colour can take all requests: as many as the other one, as far as scaling allows."""
    others, most = service.colours[other_colour(colour)].ecs.describe().desired, most_tasks(service.colours[colour])
    return max(1, others if most is None else min(others, most))


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
            "Find the cause, or add --force to switch anyway."
        )
