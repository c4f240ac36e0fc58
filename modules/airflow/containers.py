"""The containers of each component's task: the component, its init container and its sidecars. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from modules.airflow.commands import component_command, script
from modules.airflow.deployment import (
    API_SERVER_PORT,
    SCHEDULER_HEALTH_PORT,
    TRIGGERER_LOG_PORT,
    WORKER_LOG_PORT,
    Airflow,
    Component,
    WorkerSettings,
)
from modules.airflow.metrics import METRICS, METRICS_NAMESPACE, statsd_container, statsd_environment
from modules.airflow.secrets import Helper, container_secrets, rotation_environment
from modules.airflow.variables import READS_DAGS, VERIFIED, common_environment, component_environment
from modules.containers import (
    ROOT_CERTIFICATES_VOLUME,
    Container,
    ContainerDependency,
    HealthCheck,
    PortMapping,
    root_certificates_container,
    with_root_certificates,
)

PORTS: Mapping[Component, int] = {
    "api-server": API_SERVER_PORT,
    "scheduler": SCHEDULER_HEALTH_PORT,
    "triggerer": TRIGGERER_LOG_PORT,
    "worker": WORKER_LOG_PORT,
}
HEALTH_SCRIPTS: Mapping[Component, str] = {
    "api-server": "health_api_server",
    "scheduler": "health_scheduler",
    "dag-processor": "health_heartbeat",
    "triggerer": "health_heartbeat",
    "worker": "health_worker",
}
STOP_TIMEOUT_SECONDS = 120
"""Fargate's maximum, for tasks that must finish (A16)."""

# The image's entry point would check the database before these have created it, or waited for it.
_UNCHECKED = {"CONNECTION_CHECK_MAX_COUNT": "0"}


@dataclass(frozen=True, kw_only=True)
class ComponentTask:
    """Containers and volumes of a component's task definition."""

    containers: tuple[Container, ...]
    volumes: tuple[str, ...]
    """Volumes on the task's ephemeral storage."""


def component_task(component: Component, airflow: Airflow, worker: WorkerSettings | None = None) -> ComponentTask:
    """Return the containers of a component's task.

    Args:
        component: the component.
        airflow: the deployment.
        worker: queues and concurrency, for a worker only.
    """
    if (component == "worker") != (worker is not None):
        raise ValueError(f'worker settings belong to the component "worker", not to "{component}"')
    gate = _migrate(airflow) if component == "api-server" else _wait(component, airflow)
    main = _main(component, airflow, worker, gate.name)
    helpers = [root_certificates_container(airflow.image, airflow.root_certificates), gate]
    volumes: tuple[str, ...] = (ROOT_CERTIFICATES_VOLUME,)
    if component in READS_DAGS:
        helpers += airflow.dags.helpers()
        volumes += airflow.dags.volumes
        main = replace(
            main,
            mount_points=(*airflow.dags.mounts, *main.mount_points),
            depends_on=(*main.depends_on, *airflow.dags.dependencies),
        )
    if component == "scheduler":
        helpers.append(_queue_metrics(airflow))
    if worker is not None:
        helpers.append(_task_protection(airflow, worker))
    if airflow.metrics and component in METRICS:
        helpers.append(statsd_container(component, deployment=airflow.name, image=airflow.image))
        main = replace(main, environment={**main.environment, **statsd_environment()})
    return ComponentTask(containers=(main, *helpers), volumes=volumes)


def _main(component: Component, airflow: Airflow, worker: WorkerSettings | None, gate: str) -> Container:
    port = PORTS.get(component)
    container = Container(
        name=component,
        image=airflow.image,
        command=component_command(component, airflow, worker),
        environment={**component_environment(component, airflow), **rotation_environment(component, airflow)},
        secrets=container_secrets(component, airflow),
        port_mappings=(PortMapping(container_port=port),) if port else (),
        # A19: cheap checks; `airflow jobs check` takes 4 to 5 CPU seconds per call.
        health_check=HealthCheck(
            command=("CMD", *script(HEALTH_SCRIPTS[component])),
            interval_seconds=30,
            timeout_seconds=20,
            retries=4,
            # A08: ECS's maximum.
            start_period_seconds=300,
        ),
        depends_on=(ContainerDependency(container=gate, condition="SUCCESS"),),
        # Airflow writes configuration, logs and temporary files below its home, and an empty Fargate volume belongs
        # to root, but Airflow does not run as root (A15).
        readonly_root_filesystem=False,
        # The image's entry point is an init process already.
        init_process_enabled=False,
        stop_timeout_seconds=STOP_TIMEOUT_SECONDS,
    )
    return with_root_certificates(container)


def _migrate(airflow: Airflow) -> Container:
    """Creates database, roles, schema, first user and pools before this revision's api-server starts (A07, A18)."""
    pools = {name: asdict(pool) for name, pool in airflow.pools.items()}
    environment = {
        **common_environment(airflow),
        **_UNCHECKED,
        "WINDLASS_FIRST_USER": _json(asdict(airflow.first_user)),
        "WINDLASS_POOLS": _json(pools),
    }
    return _helper("migrate", "prepare", airflow, environment, read_only=False)


def _wait(component: Component, airflow: Airflow) -> Container:
    """Waits for the schema of the image, and in workers for the execution API too (A11, A12)."""
    environment = {**common_environment(airflow), **_UNCHECKED}
    if component == "worker":
        environment["WINDLASS_WAIT_FOR_URL"] = f"{airflow.internal_url}/api/v2/version"
    return _helper("wait", "wait", airflow, environment, read_only=False)


def _queue_metrics(airflow: Airflow) -> Container:
    """Reports the queue lengths to CloudWatch, through the log (A16)."""
    environment = {
        **_UNCHECKED,
        "WINDLASS_DEPLOYMENT": airflow.name,
        "WINDLASS_METRICS_NAMESPACE": METRICS_NAMESPACE,
        "WINDLASS_QUEUES": ",".join(airflow.queues),
    }
    return replace(_helper("queue-metrics", "queue_metrics", airflow, environment), restarts=True)


def _task_protection(airflow: Airflow, worker: WorkerSettings) -> Container:
    """Keeps ECS from stopping a busy worker, and a worker that is being replaced from taking new tasks."""
    environment = {**_UNCHECKED, **VERIFIED, "WINDLASS_QUEUES": ",".join(worker.queues)}
    return replace(_helper("task-protection", "task_protection", airflow, environment), restarts=True)


def maintenance_task(airflow: Airflow, retention_days: int) -> ComponentTask:
    """Return the containers of the task that cleans the database.

    Args:
        airflow: the deployment.
        retention_days: older records are deleted.
    """
    environment = {**common_environment(airflow), "WINDLASS_RETENTION_DAYS": str(retention_days)}
    container = _helper("db-clean", "db_clean", airflow, environment, read_only=False)
    main = replace(container, essential=True, stop_timeout_seconds=STOP_TIMEOUT_SECONDS)
    roots = root_certificates_container(airflow.image, airflow.root_certificates)
    return ComponentTask(containers=(main, roots), volumes=(ROOT_CERTIFICATES_VOLUME,))


def _helper(
    name: Helper, script_name: str, airflow: Airflow, environment: Mapping[str, str], *, read_only: bool = True
) -> Container:
    container = Container(
        name=name,
        image=airflow.image,
        command=script(script_name),
        environment={**environment, **rotation_environment(name, airflow)},
        secrets=container_secrets(name, airflow),
        essential=False,
        readonly_root_filesystem=read_only,
        init_process_enabled=False,
    )
    return with_root_certificates(container)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
