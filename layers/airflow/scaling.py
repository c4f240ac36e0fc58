"""How many tasks each of Airflow's services has, and when (A16)."""

from config import Environment
from config.airflow_components import WorkerGroup
from layers.airflow.names import airflow_of
from layers.working_hours import working_hours
from modules import ecs
from modules.airflow import METRICS_NAMESPACE


def api_server_scaling(environment: Environment) -> ecs.ScalingInputs:
    """By CPU and memory, within the limits of the environment file."""
    settings = airflow_of(environment).api_server
    return ecs.ScalingInputs(
        min_count=settings.min_count, max_count=settings.max_count, working_hours=working_hours(environment)
    )


def fixed_scaling(environment: Environment, count: int) -> ecs.ScalingInputs | None:
    """Nothing scales it; but with working hours it goes to zero and comes back, which is scaling's to do."""
    hours = working_hours(environment)
    if hours is None:
        return None
    return ecs.ScalingInputs(
        min_count=count, max_count=count, cpu_percent=None, memory_percent=None, working_hours=hours
    )


def worker_scaling(environment: Environment, group: WorkerGroup) -> ecs.ScalingInputs:
    """By the tasks that wait for each worker; CPU and memory add workers too."""
    return ecs.ScalingInputs(
        min_count=group.min_count,
        max_count=group.max_count,
        backlog=ecs.BacklogTarget(
            queues=[queue_length(environment, queue) for queue in group.queues],
            per_task=group.backlog_per_task or group.concurrency,
        ),
        working_hours=working_hours(environment),
    )


def queue_length(environment: Environment, queue: str) -> ecs.QueueMetric:
    """The figure that the program beside the scheduler prints."""
    return ecs.QueueMetric(
        namespace=METRICS_NAMESPACE,
        name="QueueLength",
        dimensions={"Deployment": environment.prefix, "Queue": queue},
    )
