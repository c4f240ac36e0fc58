"""What an image reference of the environment file says: where it lies, and which version it is."""

import re

_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<repository>[^:@]+)"
)


def version(image: str) -> str:
    """The tag, or the first characters of the digest."""
    if "@" in image:
        return image.partition("@")[2].removeprefix("sha256:")[:12]
    return image.rpartition(":")[2]


def repository_arn(image: str, partition: str) -> str | None:
    """ARN of the ECR repository that a role must be allowed to pull from; None for other registries (I01)."""
    found = _ECR.match(image)
    if found is None:
        return None
    return f"arn:{partition}:ecr:{found['region']}:{found['account']}:repository/{found['repository']}"
