"""How Airflow's services scale (A16)."""

from config import Environment
from config.airflow.components import ApiServer, WorkerGroup
from layers.working_hours import working_hours
from modules import ecs
from modules.airflow import METRICS_NAMESPACE


def api_server_scaling(environment: Environment, settings: ApiServer) -> ecs.ScalingInputs:
    """The api-server scales by CPU and memory."""
    return ecs.ScalingInputs(
        min_count=settings.min_count, max_count=settings.max_count, working_hours=working_hours(environment)
    )


def fixed_scaling(environment: Environment, count: int) -> ecs.ScalingInputs | None:
    """A component with a fixed count scales only with working hours: to zero after them, and back before them."""
    hours = working_hours(environment)
    if hours is None:
        return None
    return ecs.ScalingInputs(
        min_count=count, max_count=count, cpu_percent=None, memory_percent=None, working_hours=hours
    )


def worker_scaling(environment: Environment, group: WorkerGroup) -> ecs.ScalingInputs:
    """Workers scale by the number of queued tasks for each worker, and by CPU and memory."""
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
    """The metric that the container queue-metrics of the scheduler publishes."""
    return ecs.QueueMetric(
        namespace=METRICS_NAMESPACE,
        name="QueueLength",
        dimensions={"Deployment": environment.prefix, "Queue": queue},
    )
