"""ECR: repositories, and copies of public images.

The constructs load when they are first asked for, as in `modules.ecs`: the check of an environment file uses `public`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from aws.public_registries import PUBLIC_REGISTRIES, repository_prefix

if TYPE_CHECKING:
    from modules.registry.pull_through_cache import PullThroughCache, PullThroughCacheInputs, PullThroughCacheOutputs
    from modules.registry.repositories import Repositories, RepositoriesInputs, RepositoriesOutputs, Repository

_FILES = ("pull_through_cache", "repositories")

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


def __getattr__(name: str) -> Any:
    """Load the file that holds a public name when the name is first used."""
    if name in __all__:
        for file in _FILES:
            found = vars(import_module(f"{__name__}.{file}"))
            if name in found:
                return found[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
