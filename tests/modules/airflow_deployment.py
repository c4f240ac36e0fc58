"""A deployment for tests of `modules/airflow`."""

from dataclasses import replace
from typing import Any

from modules.airflow import Airflow, Component, FirstUser, FromGit, GitRepository, Pool, Secrets, WorkerSettings
from modules.airflow.containers import ComponentTask, component_task
from modules.containers import Container, SecretReference

NAMES = (
    *("admin_database_url", "database_url", "broker_url", "fernet_keys", "jwt_secret"),
    *("api_secret_key", "first_user_password"),
)
IMAGE = "docker.io/apache/airflow:3.1.8-python3.12"
GIT_SYNC = "registry.k8s.io/git-sync/git-sync:v4.4.2"


def secret(name: str) -> SecretReference:
    return SecretReference(arn=f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:acme/prod/{name}-AbCdEf")


AIRFLOW = Airflow(
    root_certificates="-----BEGIN CERTIFICATE-----",
    name="acme-prod",
    image=IMAGE,
    base_url="https://airflow.acme.example",
    internal_host="airflow-api-server.acme-prod.internal",
    secrets=Secrets(**{name: secret(name) for name in NAMES}, versions=dict.fromkeys(NAMES, 1)),
    dags=FromGit(
        image=GIT_SYNC,
        repositories={"dags": GitRepository(url="https://github.com/acme/dags.git", folder="pipelines")},
    ),
    task_logs_url="s3://acme-prod-task-logs/task-logs",
    first_user=FirstUser(username="admin", first_name="Ada", last_name="L", email="ada@acme.example"),
    pools={"reports": Pool(slots=2)},
    queues=("default", "reports"),
)
WORKER = WorkerSettings(queues=("default", "reports"), concurrency=4)


def task(component: Component, **changes: Any) -> ComponentTask:
    return component_task(component, replace(AIRFLOW, **changes), WORKER if component == "worker" else None)


def container(component: Component, name: str, **changes: Any) -> Container:
    return next(each for each in task(component, **changes).containers if each.name == name)
