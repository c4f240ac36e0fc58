"""Outputs of the data layer and of the service layer for Airflow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from config import Environment
from config.airflow import Airflow
from layers.airflow_names import component_keys, makes_dags_bucket, makes_dags_file_system, secret_keys
from layers.remote_state import output

T = TypeVar("T")


def _of_airflow(function: Callable[[Airflow], T]) -> Callable[[Environment], T]:
    """The function, applied to the section `[airflow]` of an environment that has one."""

    def of_environment(environment: Environment) -> T:
        if environment.airflow is None:
            raise ValueError(f"{environment.name} has no section [airflow], so it has no outputs of Airflow")
        return function(environment.airflow)

    return of_environment


@dataclass(frozen=True, kw_only=True)
class DagsFileSystem:
    """An EFS file system that delivers DAGs."""

    file_system_id: str = output("Id of the file system.")
    access_point_id: str = output("Id of its access point, which fixes directory, user and group.")


@dataclass(frozen=True, kw_only=True)
class AirflowData:
    """What the `data` layer stores for Airflow."""

    secret_arns: Mapping[str, str] = output("ARNs of Airflow's secrets, by name.", keys=_of_airflow(secret_keys))
    database_proxy_address: str | None = output(
        "DNS name of the proxy between Airflow and the database (A06).",
        when=_of_airflow(lambda airflow: airflow.database_proxy is not None),
    )
    task_logs_bucket_name: str = output("Bucket of Airflow's task logs.")
    dags_bucket_name: str | None = output("Bucket that delivers DAGs.", when=_of_airflow(makes_dags_bucket))
    dags_file_system: DagsFileSystem | None = output(
        "File system that delivers DAGs.", when=_of_airflow(makes_dags_file_system)
    )


@dataclass(frozen=True, kw_only=True)
class AirflowWorkflow:
    """Tasks that DAGs launch on ECS."""

    security_group_id: str = output("Security group of the tasks, for other systems to let in (N07).")
    parameters_path: str = output("Path of the SSM parameters for DAG code that launches tasks (E09).")


@dataclass(frozen=True, kw_only=True)
class AirflowService:
    """Airflow in the `service` layer."""

    url: str = output("URL of Airflow.")
    service_names: Mapping[str, str] = output(
        "ECS service of each of Airflow's components.", keys=_of_airflow(component_keys)
    )
    listener_rule_arn: str = output("ARN of Airflow's listener rule.")
    workflow: AirflowWorkflow | None = output(
        "Tasks that DAGs launch.", when=_of_airflow(lambda airflow: airflow.workflows.enabled)
    )
