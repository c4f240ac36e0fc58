"""Names that the layers of an environment with Airflow agree on."""

from config import Environment
from config.airflow import Airflow
from config.airflow_dags import EfsDags, GitSync, S3Dags

SECRETS = (
    "api-secret-key",
    "broker-url",
    "database-url",
    "fernet-keys",
    "first-user-password",
    "jwt-secret",
)
"""Secrets of every deployment, by the key of the data layer's output."""

REPOSITORY = "airflow"
"""Key of the image repository for an image of one's own."""


def has_airflow(environment: Environment) -> bool:
    """Whether the environment has Airflow at all."""
    return environment.airflow is not None


def has_database_proxy(environment: Environment) -> bool:
    """Whether a proxy stands between Airflow and the database."""
    return environment.airflow is not None and environment.airflow.database_proxy is not None


def database_proxy_name(environment: Environment) -> str:
    """Name of that proxy."""
    return f"{environment.prefix}-airflow"


def has_workflows(environment: Environment) -> bool:
    """Whether DAGs may launch tasks of their own."""
    return environment.airflow is not None and environment.airflow.workflows.enabled


def airflow_of(environment: Environment) -> Airflow:
    """Its settings.

    Raises:
        ValueError: it has none.
    """
    if environment.airflow is None:
        raise ValueError("the environment has no [airflow] section")
    return environment.airflow


def git_secret(repository: str) -> str:
    """Key of the secret that a repository's key or token is put into."""
    return f"git-{repository}"


def own_git_secrets(environment: Environment) -> list[str]:
    """Repositories whose credentials lie in a secret of the deployment's own."""
    if environment.airflow is None or not isinstance(environment.airflow.dags, GitSync):
        return []
    return [
        name
        for name, repository in environment.airflow.dags.repositories.items()
        if repository.credentials != "none" and repository.secret_arn is None
    ]


def secret_keys(environment: Environment) -> list[str]:
    """Keys of all secrets of the deployment."""
    return [*SECRETS, *map(git_secret, own_git_secrets(environment))]


def makes_dags_bucket(environment: Environment) -> bool:
    """Whether the data layer makes a bucket for DAGs."""
    dags = environment.airflow.dags if environment.airflow else None
    return isinstance(dags, S3Dags) and dags.bucket is None


def makes_dags_file_system(environment: Environment) -> bool:
    """Whether the data layer makes a file system for DAGs."""
    dags = environment.airflow.dags if environment.airflow else None
    return isinstance(dags, EfsDags) and dags.file_system_id is None


def repository_keys(environment: Environment) -> list[str]:
    """Keys of the image repositories: the services', and Airflow's."""
    return [*environment.services, *([REPOSITORY] if environment.airflow else [])]


def component_keys(environment: Environment) -> list[str]:
    """A key for each ECS service: the components, and each worker group as `worker-<group>`."""
    groups = environment.airflow.workers if environment.airflow else {}
    return ["api-server", "scheduler", "dag-processor", "triggerer", *map(worker_key, groups)]


def service_name(environment: Environment, key: str) -> str:
    """Name of a component's ECS service, of its roles and of its family of task definitions."""
    return f"{environment.prefix}-airflow-{key}"


def worker_key(group: str) -> str:
    """Key of a worker group."""
    return f"worker-{group}"


def airflow_images(airflow: Airflow) -> list[str]:
    """The images that the deployment runs, as the environment file names them."""
    return [airflow.image, *([airflow.dags.image] if isinstance(airflow.dags, GitSync) else [])]
