"""ECR repositories, and a pull-through cache for public images."""

from modules.registry.pull_through_cache import PullThroughCache, PullThroughCacheInputs, PullThroughCacheOutputs
from modules.registry.repositories import Repositories, RepositoriesInputs, RepositoriesOutputs, Repository

__all__ = [
    "PullThroughCache",
    "PullThroughCacheInputs",
    "PullThroughCacheOutputs",
    "Repositories",
    "RepositoriesInputs",
    "RepositoriesOutputs",
    "Repository",
]
