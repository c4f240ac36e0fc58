"""Whether an image can be deployed, and the parameter that says which image a service should run."""

from aws.image_reference import ALLOWED, ImageReference
from release.aws import Aws, error_code
from release.context import Context
from release.errors import BadRequestError, RefusedError
from release.versioned_parameter import VersionedParameter, require_won


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


def check_exists(aws: Aws, image: str) -> None:
    """Refuse an image that ECR does not have; images of other registries are not checked.

    Raises:
        RefusedError: the repository or the image does not exist.
    """
    from botocore.exceptions import ClientError

    reference = ImageReference.parse(image)
    account = reference.ecr_account
    client = aws.client("ecr")
    # Another region's registry is another endpoint, which these credentials may not even reach.
    if account is None or account.region != client.meta.region_name:
        return
    repository = reference.repository
    image_id = {"imageTag": reference.tag} if reference.tag is not None else {"imageDigest": str(reference.digest)}
    try:
        client.describe_images(registryId=account.id, repositoryName=repository, imageIds=[image_id])
    except ClientError as error:
        if error_code(error) == "RepositoryNotFoundException":
            raise RefusedError(f"ECR has no repository {repository} in account {account.id}.") from error
        if error_code(error) == "ImageNotFoundException":
            (name,) = image_id.values()
            raise RefusedError(f"ECR has no image {name} in {repository}: push it first, or check the name.") from error
        raise


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
