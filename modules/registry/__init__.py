"""ECR repositories."""

from modules.registry.repositories import Repositories, RepositoriesInputs, RepositoriesOutputs, Repository

__all__ = ["Repositories", "RepositoriesInputs", "RepositoriesOutputs", "Repository"]
