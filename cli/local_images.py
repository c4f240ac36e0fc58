"""Images in the registry of the embedded AWS: those of the environment file, and those added by hand."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aws.image_reference import ImageReference
from cli.empty_account import is_empty
from cli.errors import BAD_CONFIGURATION, CommandError
from cli.local_commands import apply_command
from cli.project import Project
from cli.session import Session
from local.image_registry import NoRepositoryError, add_tags, repository_names

if TYPE_CHECKING:
    from config import Environment


def images_of(environment: "Environment") -> list["ImageReference"]:
    """The images of an environment file that are in the environment's own registry, by tag."""
    texts = [image for service in environment.services.values() for image in service.initial_images.values()]
    if environment.airflow is not None:
        texts.append(environment.airflow.image)
    images = [ImageReference.parse(text) for text in texts]
    return [image for image in images if _is_own(image, environment) and image.tag is not None]


def adds_images(session: Session) -> bool:
    """Whether what the file names is in the registry without anybody's push: on the embedded AWS.

    Not where it was started empty, as an account on AWS is.

    Raises:
        CommandError: the embedded AWS does not answer.
    """
    environment = session.environment
    return environment.is_emulated and not is_empty(session.project, environment)


def add_own_images(session: Session) -> None:
    """Make the images of the file exist, where nobody has to push them."""
    if adds_images(session):
        add_images(session.project, session.environment, images_of(session.environment))


def add_images(project: Project, environment: "Environment", images: Iterable["ImageReference"]) -> list[str]:
    """Make images exist in the registry of the embedded AWS; returns those that are new, as `repository:tag`.

    Raises:
        CommandError: an image is not in the environment's own registry, has no tag, or its repository does not exist.
    """
    tags = []
    for image in images:
        if not _is_own(image, environment) or image.tag is None:
            raise CommandError(
                f"{image} is not a tag in the registry of {environment.name}; "
                f"give an image such as {environment.aws.account.ecr_host}/REPOSITORY:TAG.",
                exit_code=BAD_CONFIGURATION,
            )
        tags.append((image.repository, image.tag))
    if not tags:
        return []
    client = project.local.client(environment, "ecr")
    try:
        return add_tags(client, tags)
    except NoRepositoryError as error:
        repositories = ", ".join(repository_names(client))
        known = (
            f"there are: {repositories}" if repositories else f"nothing is applied: {apply_command(environment.name)}"
        )
        raise CommandError(f"{environment.name} has no image repository {error}; {known}.") from error


def _is_own(image: "ImageReference", environment: "Environment") -> bool:
    return image.ecr_account == environment.aws.account
