"""Apache Airflow: containers, settings, secrets and DAG delivery of its components. Pure."""

from modules.airflow.containers import ComponentTask, component_task, maintenance_task
from modules.airflow.dags import FromBucket, FromGit, InImage, OnFileSystem
from modules.airflow.deployment import (
    API_SERVER_PORT,
    COMPONENTS,
    TRIGGERER_LOG_PORT,
    WORKER_LOG_PORT,
    Airflow,
    Component,
    Database,
    FirstUser,
    Pool,
    Secrets,
    WorkerSettings,
)
from modules.airflow.git_sync import GitRepository
from modules.airflow.metrics import METRICS_NAMESPACE
from modules.airflow.secrets import current_slot, slot_rotation

__all__ = [
    "API_SERVER_PORT",
    "COMPONENTS",
    "METRICS_NAMESPACE",
    "TRIGGERER_LOG_PORT",
    "WORKER_LOG_PORT",
    "Airflow",
    "Component",
    "ComponentTask",
    "Database",
    "FirstUser",
    "FromBucket",
    "FromGit",
    "GitRepository",
    "InImage",
    "OnFileSystem",
    "Pool",
    "Secrets",
    "WorkerSettings",
    "component_task",
    "current_slot",
    "maintenance_task",
    "slot_rotation",
]
