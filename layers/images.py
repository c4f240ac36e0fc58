"""Where the images that the environment file names are stored (P04)."""

from collections.abc import Iterable

from aws.image_reference import ImageReference
from aws.public_registries import DOCKER_HUB, PUBLIC_REGISTRIES, repository_prefix
from config import Environment


def repository_arn(image: str) -> str | None:
    """ARN of the ECR repository that a role must be allowed to pull from; None for other registries (I01)."""
    return ImageReference.parse(image).repository_arn


def cached_image(image: str, environment: Environment) -> str:
    """The reference of an image's copy in the account's pull-through cache; the image itself where there is none."""
    registry, _, rest = image.partition("/")
    if registry not in _copied(environment):
        return image
    return f"{environment.aws.account.ecr_host}/{repository_prefix(environment.prefix, registry)}/{rest}"


def cached_registries(images: Iterable[str], environment: Environment) -> tuple[str, ...]:
    """The public registries among those of these images, which the cache copies from."""
    return tuple(sorted({image.partition("/")[0] for image in images} & _copied(environment)))


def _copied(environment: Environment) -> set[str]:
    """Registries that ECR can copy from here: Docker Hub only with a credential."""
    airflow = environment.airflow
    has_credential = airflow is not None and airflow.docker_hub_credential_arn is not None
    return {*PUBLIC_REGISTRIES, *([DOCKER_HUB] if has_credential else [])}
