"""What an image reference of the environment file says of where the image lies."""

import re

_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<repository>[^:@]+)"
)


def repository_arn(image: str, partition: str) -> str | None:
    """ARN of the ECR repository that a role must be allowed to pull from; None for other registries (I01)."""
    found = _ECR.match(image)
    if found is None:
        return None
    return f"arn:{partition}:ecr:{found['region']}:{found['account']}:repository/{found['repository']}"
