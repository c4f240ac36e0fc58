"""Alarms of Airflow: missing heartbeats, tasks queued for too long, services with too few tasks."""

from collections.abc import Mapping

from config import Environment
from layers.airflow.context import AirflowContext
from layers.airflow.scaling import queue_length
from layers.airflow_names import database_proxy_name
from modules.airflow import METRICS_NAMESPACE
from modules.observability import Metric, MetricAlarm

HEARTBEATS = {
    "scheduler": "scheduler_heartbeat",
    "dag-processor": "dag_processor_heartbeat",
    "triggerer": "triggerer_heartbeat",
}
"""Counter that each component increments every few seconds while it runs."""

BORROW_SECONDS = 1
"""A connection is usually available within milliseconds."""


def component_alarms(context: AirflowContext, service_names: Mapping[str, str]) -> dict[str, MetricAlarm]:
    """Return the alarms of each component: missing heartbeats, and missing tasks."""
    environment, settings = context.shared.environment, context.settings
    heartbeats = {f"{key}-heartbeat": _heartbeat(environment, key) for key in HEARTBEATS if settings.metrics}
    if environment.cluster.container_insights == "disabled":
        return heartbeats
    cluster_name, minutes = context.shared.cluster.name, settings.alarms.missing_tasks_minutes
    return heartbeats | {
        f"{key}-tasks": _missing_tasks(cluster_name, name, minutes) for key, name in service_names.items()
    }


def queue_alarms(context: AirflowContext) -> dict[str, MetricAlarm]:
    """Return the alarms of the queues: too many tasks wait for too long, or the queue length is not reported."""
    environment, settings = context.shared.environment, context.settings
    limits = settings.alarms
    alarms = {}
    for name, group in settings.workers.items():
        metrics = {f"q{number}": _length(environment, queue) for number, queue in enumerate(group.queues, 1)}
        alarms[f"queue-{name}"] = MetricAlarm(
            description=f"More than {limits.queued_tasks} tasks have waited for the workers of group {name} for "
            f"{limits.queued_minutes} minutes. Are there workers, have they reached max_count, do tasks hang?",
            metrics=metrics,
            expression=" + ".join(metrics) if len(metrics) > 1 else None,
            above=limits.queued_tasks,
            minutes=limits.queued_minutes,
        )
    if environment.working_hours is None:
        first = next(iter(settings.workers.values())).queues[0]
        alarms["queue-metrics"] = MetricAlarm(
            description="No queue length has been reported for 15 minutes, so workers do not scale. Check the "
            "scheduler's container queue-metrics, and whether it can reach the cache.",
            metrics={"length": _length(environment, first)},
            below=0,
            minutes=15,
            missing="breaching",
        )
    return alarms


def proxy_alarms(context: AirflowContext) -> dict[str, MetricAlarm]:
    """Return the alarm of the database proxy, where there is one: Airflow waits for connections."""
    if context.settings.database_proxy is None:
        return {}
    name = database_proxy_name(context.shared.environment)
    borrowing = Metric(namespace="AWS/RDS", name="DatabaseConnectionsBorrowLatency", dimensions={"ProxyName": name})
    return {
        "database-proxy": MetricAlarm(
            description=f"Airflow has waited longer than {BORROW_SECONDS} s for a connection of the proxy {name}, on "
            "average: all connections are in use. Raise max_connections_percent, use a larger instance class, or "
            "reduce concurrency.",
            metrics={"borrowing": borrowing},
            above=BORROW_SECONDS * 1_000_000,
        )
    }


def schedule_alarms(group_name: str) -> dict[str, MetricAlarm]:
    """Return the alarm of the database cleanup: EventBridge Scheduler could not start it."""
    dimensions = {"ScheduleGroup": group_name}
    return {
        "db-clean": MetricAlarm(
            description="The cleanup of Airflow's database could not start; the database keeps growing until it runs.",
            metrics={
                "errors": Metric(namespace="AWS/Scheduler", name="TargetErrorCount", dimensions=dimensions, stat="Sum"),
            },
            above=0,
            minutes=60,
            period_seconds=3600,
        )
    }


def metric_of(environment: Environment, component: str, name: str, stat: str = "Sum") -> Metric:
    """A metric that a component of Airflow reports by StatsD."""
    return Metric(
        namespace=METRICS_NAMESPACE,
        name=name,
        dimensions={"Component": component, "Deployment": environment.prefix},
        stat=stat,
    )


def _heartbeat(environment: Environment, component: str) -> MetricAlarm:
    return MetricAlarm(
        description=f"The {component} is running, but has sent no heartbeat for five minutes. ECS replaces it if its "
        "health check fails too. Check its log, and the database.",
        metrics={"heartbeats": metric_of(environment, component, HEARTBEATS[component])},
        # A task without heartbeats reports 0. No task at all reports nothing: the alarm `…-tasks` covers that, and
        # outside working hours it is no fault.
        below=1,
    )


def _missing_tasks(cluster_name: str, service_name: str, minutes: int) -> MetricAlarm:
    dimensions = {"ClusterName": cluster_name, "ServiceName": service_name}
    metrics = {
        id_: Metric(namespace="ECS/ContainerInsights", name=name, dimensions=dimensions, stat=stat)
        for id_, name, stat in (
            ("desired", "DesiredTaskCount", "Minimum"),
            ("running", "RunningTaskCount", "Maximum"),
        )
    }
    return MetricAlarm(
        description=f"The service {service_name} has had fewer tasks than it should for {minutes} minutes: they do not "
        "start, or keep failing and restarting. See the service's events.",
        metrics=metrics,
        expression="desired - running",
        above=0,
        minutes=minutes,
    )


def _length(environment: Environment, queue: str) -> Metric:
    metric = queue_length(environment, queue)
    return Metric(namespace=metric.namespace, name=metric.name, dimensions=metric.dimensions, stat="Minimum")
