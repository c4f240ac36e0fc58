"""What an image reference of the environment file says of where the image lies."""

import re
from collections.abc import Iterable

from config import Environment
from modules.registry import PUBLIC_REGISTRIES, repository_prefix

_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<repository>[^:@]+)"
)


def repository_arn(image: str, partition: str) -> str | None:
    """ARN of the ECR repository that a role must be allowed to pull from; None for other registries (I01)."""
    found = _ECR.match(image)
    if found is None:
        return None
    return f"arn:{partition}:ecr:{found['region']}:{found['account']}:repository/{found['repository']}"


def cached_image(image: str, environment: Environment) -> str:
    """The reference of an image's copy in the account's pull-through cache; the image itself where there is none."""
    registry, _, rest = image.partition("/")
    if registry not in PUBLIC_REGISTRIES:
        return image
    aws = environment.aws
    suffix = ".cn" if aws.partition == "aws-cn" else ""
    host = f"{aws.account_id}.dkr.ecr.{aws.region}.amazonaws.com{suffix}"
    return f"{host}/{repository_prefix(environment.prefix, registry)}/{rest}"


def cached_registries(images: Iterable[str]) -> tuple[str, ...]:
    """The public registries among those of these images, which the cache copies from."""
    return tuple(sorted({image.partition("/")[0] for image in images} & set(PUBLIC_REGISTRIES)))
