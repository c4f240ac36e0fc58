"""Image tags in the emulated registry. No layer is stored: the data plane runs a program in place of an image."""

import json
from collections.abc import Iterable
from typing import Any

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
EMPTY = "sha256:" + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""Digest of nothing."""

EXISTS = ("ImageAlreadyExistsException", "ImageTagAlreadyExistsException")


class NoRepositoryError(LookupError):
    """The registry has no repository of that name."""


def add_tags(client: Any, tags: Iterable[tuple[str, str]]) -> list[str]:
    """Make tags exist in the registry, as a push would; does nothing for those that exist.

    Args:
        client: of ECR on the embedded AWS.
        tags: (repository, tag).

    Returns:
        `repository:tag` of each that was added.

    Raises:
        NoRepositoryError: there is no such repository; it is created by the apply of the data layer.
    """
    return [f"{repository}:{tag}" for repository, tag in tags if _added(client, repository, tag)]


def repository_names(client: Any) -> list[str]:
    """Names of all repositories."""
    pages = client.get_paginator("describe_repositories").paginate()
    return sorted(repository["repositoryName"] for page in pages for repository in page["repositories"])


def _added(client: Any, repository: str, tag: str) -> bool:
    from botocore.exceptions import ClientError  # here: the command line answers --help without it

    try:
        client.put_image(
            repositoryName=repository,
            imageTag=tag,
            imageManifest=_manifest(repository, tag),
            imageManifestMediaType=MANIFEST_TYPE,
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in EXISTS:
            return False
        if code == "RepositoryNotFoundException":
            raise NoRepositoryError(repository) from error
        raise
    return True


def _manifest(repository: str, tag: str) -> str:
    """Each tag has a manifest of its own, and with it a digest."""
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, "digest": EMPTY, "size": 0},
            "layers": [],
            "annotations": {"org.opencontainers.image.ref.name": f"{repository}:{tag}"},
        }
    )
