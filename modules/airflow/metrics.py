"""Airflow's metrics in CloudWatch: which of them are sent, and the container that sends them. Pure."""

from collections.abc import Mapping
from typing import Literal

from modules.airflow.commands import script
from modules.airflow.deployment import Component
from modules.containers import Container

METRICS_NAMESPACE = "Windlass/Airflow"
"""Namespace of all metrics; their dimension `Deployment` distinguishes deployments."""

Kind = Literal["c", "g", "ms"]
"""Types of StatsD: a counter, a gauge, a timer in milliseconds."""

METRICS: Mapping[Component, Mapping[str, Kind]] = {
    "scheduler": {
        "scheduler_heartbeat": "c",
        "scheduler.scheduler_loop_duration": "ms",
        "scheduler.tasks.starving": "g",
        "scheduler.orphaned_tasks.cleared": "c",
        "executor.open_slots": "g",
        "executor.running_tasks": "g",
        "pool.queued_slots.default_pool": "g",
        "pool.open_slots.default_pool": "g",
        "task_instances_without_heartbeats_killed": "c",
    },
    "dag-processor": {
        "dag_processor_heartbeat": "c",
        "dag_processing.import_errors": "g",
        "dag_processing.total_parse_time": "g",
        "dag_processing.processor_timeouts": "c",
        "dagbag_size": "g",
    },
    "triggerer": {
        "triggerer_heartbeat": "c",
        "triggers.blocked_main_thread": "c",
        "triggers.failed": "c",
        "triggers.succeeded": "c",
    },
    "worker": {
        "ti_failures": "c",
        "ti_successes": "c",
        "celery.execute_command.failure": "c",
    },
}
"""Metrics that are sent, by component; each costs as much as a custom metric. Metrics per DAG are not sent."""

_PORT = "8125"


def statsd_environment() -> dict[str, str]:
    """Return the variables that make Airflow send its metrics to the sidecar, by UDP: it does not wait for it."""
    return {
        "AIRFLOW__METRICS__STATSD_HOST": "localhost",
        "AIRFLOW__METRICS__STATSD_ON": "True",
        "AIRFLOW__METRICS__STATSD_PORT": _PORT,
        "AIRFLOW__METRICS__STATSD_PREFIX": "airflow",
    }


def statsd_container(component: Component, *, deployment: str, image: str) -> Container:
    """Return the sidecar that receives a component's metrics and prints them for CloudWatch, once a minute.

    Args:
        component: one of `METRICS`.
        deployment: the deployment's name.
        image: Airflow's image, for its Python.
    """
    return Container(
        name="statsd",
        image=image,
        command=script("statsd_metrics"),
        environment={
            # The image's entry point would check the database first.
            "CONNECTION_CHECK_MAX_COUNT": "0",
            "WINDLASS_COMPONENT": component,
            "WINDLASS_DEPLOYMENT": deployment,
            "WINDLASS_METRICS": ",".join(f"{name}:{kind}" for name, kind in METRICS[component].items()),
            "WINDLASS_METRICS_NAMESPACE": METRICS_NAMESPACE,
            "WINDLASS_STATSD_PORT": _PORT,
        },
        essential=False,
        init_process_enabled=False,
        restarts=True,
    )
