"""Names and keys that the layers of an environment with Airflow agree on."""

from config import Environment
from config.airflow import Airflow
from config.airflow.dags import EfsDags, GitSync, S3Dags

SECRETS = (
    "api-secret-key",
    "broker-url",
    "database-url",
    "fernet-keys",
    "first-user-password",
    "jwt-secret",
)
"""Secrets of every deployment, by their key in the data layer's output."""

REPOSITORY = "airflow"
"""Key of the image repository for a custom Airflow image."""


def database_proxy_name(environment: Environment) -> str:
    """Name of the proxy between Airflow and the database."""
    return f"{environment.prefix}-airflow"


def git_secret(repository: str) -> str:
    """Key of the secret that holds a repository's SSH key or token."""
    return f"git-{repository}"


def own_git_secrets(airflow: Airflow) -> list[str]:
    """Repositories whose credentials are stored in a secret that this deployment creates."""
    if not isinstance(airflow.dags, GitSync):
        return []
    return [
        name
        for name, repository in airflow.dags.repositories.items()
        if repository.credentials != "none" and repository.secret_arn is None
    ]


def secret_keys(airflow: Airflow) -> list[str]:
    """Keys of all secrets of the deployment."""
    return [*SECRETS, *map(git_secret, own_git_secrets(airflow))]


def makes_dags_bucket(airflow: Airflow) -> bool:
    """Whether the data layer creates a bucket for DAGs."""
    return isinstance(airflow.dags, S3Dags) and airflow.dags.bucket is None


def makes_dags_file_system(airflow: Airflow) -> bool:
    """Whether the data layer creates a file system for DAGs."""
    return isinstance(airflow.dags, EfsDags) and airflow.dags.file_system_id is None


def repository_keys(environment: Environment) -> list[str]:
    """Keys of the image repositories: one for each service, and Airflow's."""
    return [*environment.services, *([REPOSITORY] if environment.airflow else [])]


def repository_name(environment: Environment, key: str) -> str:
    """Name in ECR of the image repository with a key."""
    return f"{environment.prefix}/{key}"


def has_immutable_tags(environment: Environment) -> bool:
    """Whether a tag in its repositories names the same image forever."""
    return environment.kind != "development"


def component_keys(airflow: Airflow) -> list[str]:
    """A key for each ECS service: the components, and each worker group as `worker-<group>`."""
    return ["api-server", "scheduler", "dag-processor", "triggerer", *map(worker_key, airflow.workers)]


def service_name(environment: Environment, key: str) -> str:
    """Name of a component's ECS service, of its roles and of its task definition family."""
    return f"{environment.prefix}-airflow-{key}"


def worker_key(group: str) -> str:
    """Key of a worker group."""
    return f"worker-{group}"


def airflow_images(airflow: Airflow) -> list[str]:
    """The images that the deployment runs, as the environment file names them."""
    return [airflow.image, *([airflow.dags.image] if isinstance(airflow.dags, GitSync) else [])]
