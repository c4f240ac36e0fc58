"""Airflow's figures on their way to CloudWatch: which of them go, and the container that takes them there. Pure."""

from collections.abc import Mapping
from typing import Literal

from modules.airflow.commands import script
from modules.airflow.deployment import Component
from modules.containers import Container

METRICS_NAMESPACE = "Windlass/Airflow"
"""Namespace of all figures; a deployment is told from another by its dimension `Deployment`."""

Kind = Literal["c", "g", "ms"]
"""As StatsD has it: a counter, a gauge, a time in milliseconds."""

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
"""What goes on, by component; each name costs as much as a custom metric does. Names with a DAG in them do not go."""

_PORT = "8125"


def statsd_environment() -> dict[str, str]:
    """What makes Airflow tell its figures to the container beside it. Nobody needs to listen: it does not wait."""
    return {
        "AIRFLOW__METRICS__STATSD_HOST": "localhost",
        "AIRFLOW__METRICS__STATSD_ON": "True",
        "AIRFLOW__METRICS__STATSD_PORT": _PORT,
        "AIRFLOW__METRICS__STATSD_PREFIX": "airflow",
    }


def statsd_container(component: Component, *, deployment: str, image: str) -> Container:
    """The container that listens to a component and prints its figures for CloudWatch, once a minute.

    Args:
        component: one of `METRICS`.
        deployment: the deployment's name.
        image: Airflow's image, of which it uses Python.
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
