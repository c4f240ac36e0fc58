"""Which images ECR has: ECS pulls one before its container starts. Layers are not pulled."""

import threading
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.dataplane.desired_state.clients import client_of, root_session


@dataclass(frozen=True, kw_only=True)
class RegistryImage:
    """An image of a task definition that is in ECR."""

    account: str
    region: str
    repository: str
    reference: str
    """`:TAG` or `@DIGEST`."""


class RegistryImages:
    """Asks as the account's root, since permissions are judged elsewhere. Thread-safe.

    Args:
        endpoint_url: of the embedded AWS.
    """

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}

    def has(self, image: RegistryImage, *, account: str) -> bool:
        """Whether an image is there, or may be upstream of a pull-through cache.

        Args:
            image: of a task definition.
            account: of the task; what is in the registries of others is not known, so it is there.
        """
        if image.account != account:
            return True
        ecr = self._client(image.region)
        name = "imageDigest" if image.reference.startswith("@") else "imageTag"
        try:
            ecr.describe_images(repositoryName=image.repository, imageIds=[{name: image.reference[1:]}])
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("ImageNotFoundException", "RepositoryNotFoundException"):
                raise
            return self._is_cached(ecr, image.repository)
        return True

    def _is_cached(self, ecr: Any, repository: str) -> bool:
        rules = ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"]
        return any(repository.startswith(f"{rule['ecrRepositoryPrefix']}/") for rule in rules)

    def _client(self, region: str) -> Any:
        with self._lock:
            if region not in self._clients:
                session = root_session(self._endpoint_url, region)
                self._clients[region] = client_of(session, "ecr", self._endpoint_url)
            return self._clients[region]
