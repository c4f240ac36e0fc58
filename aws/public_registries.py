"""Public registries that ECR's pull-through cache can copy from, and the names of the copies."""

import re
from collections.abc import Mapping

PUBLIC_REGISTRIES: Mapping[str, str] = {"public.ecr.aws": "aws", "quay.io": "quay", "registry.k8s.io": "k8s"}
"""Registries that ECR copies from without credentials, and a word for each."""

DOCKER_HUB = "docker.io"
"""Docker Hub in image references. ECR copies from it only with the credential of an account there."""

DOCKER_HUB_UPSTREAM = "registry-1.docker.io"
"""Docker Hub in rules of the pull-through cache."""

_WORDS: Mapping[str, str] = {**PUBLIC_REGISTRIES, DOCKER_HUB: "hub"}

MAX_PREFIX_CHARACTERS = 30
"""ECR's limit for the first part of the copies' names."""

_PREFIX = re.compile(r"(?=.{2,30}$)[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*")


def repository_prefix(prefix: str, registry: str) -> str:
    """Return the first part of the names of a registry's copies.

    Raises:
        ValueError: it is longer than ECR allows, or has other characters.
    """
    name = f"{prefix}/{_WORDS[registry]}"
    if "${" not in name and not _PREFIX.fullmatch(name):
        raise ValueError(
            f"the pull-through cache of {registry} would be named {name!r}: 2 to {MAX_PREFIX_CHARACTERS} lower-case "
            "letters, digits, . _ - and / are allowed"
        )
    return name
