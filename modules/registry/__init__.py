"""ECR: repositories, and copies of public images."""

from modules.registry.pull_through_cache import (
    PUBLIC_REGISTRIES,
    PullThroughCache,
    PullThroughCacheInputs,
    PullThroughCacheOutputs,
    repository_prefix,
)
from modules.registry.repositories import Repositories, RepositoriesInputs, RepositoriesOutputs, Repository

__all__ = [
    "PUBLIC_REGISTRIES",
    "PullThroughCache",
    "PullThroughCacheInputs",
    "PullThroughCacheOutputs",
    "Repositories",
    "RepositoriesInputs",
    "RepositoriesOutputs",
    "Repository",
    "repository_prefix",
]
