"""When Airflow calls for help: no heartbeat, work that waits for too long, services with too few tasks."""

from collections.abc import Mapping

from config import Environment
from layers.airflow.names import airflow_of, database_proxy_name, has_database_proxy
from layers.airflow.scaling import queue_length
from modules.airflow import METRICS_NAMESPACE
from modules.observability import Metric, MetricAlarm

HEARTBEATS = {
    "scheduler": "scheduler_heartbeat",
    "dag-processor": "dag_processor_heartbeat",
    "triggerer": "triggerer_heartbeat",
}
"""Counter that a component raises every few seconds while it lives."""

BORROW_SECONDS = 1
"""A connection is usually there in milliseconds."""


def component_alarms(
    environment: Environment, cluster_name: str, service_names: Mapping[str, str]
) -> dict[str, MetricAlarm]:
    """Return the alarms of each component: heartbeat, and tasks that are not there."""
    settings = airflow_of(environment)
    heartbeats = {f"{key}-heartbeat": _heartbeat(environment, key) for key in HEARTBEATS if settings.metrics}
    if environment.cluster.container_insights == "disabled":
        return heartbeats
    minutes = settings.alarms.missing_tasks_minutes
    return heartbeats | {
        f"{key}-tasks": _missing_tasks(cluster_name, name, minutes) for key, name in service_names.items()
    }


def queue_alarms(environment: Environment) -> dict[str, MetricAlarm]:
    """Return the alarms of the queues: too much waits for too long, or nobody says how much."""
    settings = airflow_of(environment)
    limits = settings.alarms
    found = {}
    for name, group in settings.workers.items():
        metrics = {f"q{number}": _length(environment, queue) for number, queue in enumerate(group.queues, 1)}
        found[f"queue-{name}"] = MetricAlarm(
            description=f"More than {limits.waiting_tasks} tasks have waited for the workers of group {name} for "
            f"{limits.waiting_minutes} minutes. Are there workers, have they reached max_count, do tasks hang?",
            metrics=metrics,
            expression=" + ".join(metrics) if len(metrics) > 1 else None,
            above=limits.waiting_tasks,
            minutes=limits.waiting_minutes,
        )
    if environment.working_hours is None:
        first = next(iter(settings.workers.values())).queues[0]
        found["queue-figures"] = MetricAlarm(
            description="Nobody has said for 15 minutes how long the queues are, so workers are not scaled. Look at "
            "the container queue-metrics of the scheduler, and whether it reaches the cache.",
            metrics={"length": _length(environment, first)},
            below=0,
            minutes=15,
            missing="breaching",
        )
    return found


def proxy_alarms(environment: Environment) -> dict[str, MetricAlarm]:
    """Return the alarm of the proxy before the database, where there is one: Airflow waits for connections."""
    if not has_database_proxy(environment):
        return {}
    name = database_proxy_name(environment)
    borrowing = Metric(namespace="AWS/RDS", name="DatabaseConnectionsBorrowLatency", dimensions={"ProxyName": name})
    return {
        "database-proxy": MetricAlarm(
            description=f"Airflow has waited longer than {BORROW_SECONDS} s for a connection of the proxy {name}, on "
            "average. All are busy: a larger max_connections_percent, a larger instance class, or less at once.",
            metrics={"borrowing": borrowing},
            above=BORROW_SECONDS * 1_000_000,
        )
    }


def schedule_alarms(group_name: str) -> dict[str, MetricAlarm]:
    """Return the alarm of the cleaning: EventBridge Scheduler could not start it."""
    dimensions = {"ScheduleGroup": group_name}
    return {
        "db-clean": MetricAlarm(
            description="The cleaning of Airflow's database could not be started; the database grows until it is.",
            metrics={
                "errors": Metric(namespace="AWS/Scheduler", name="TargetErrorCount", dimensions=dimensions, stat="Sum"),
            },
            above=0,
            minutes=60,
            period_seconds=3600,
        )
    }


def figure(environment: Environment, component: str, name: str, stat: str = "Sum") -> Metric:
    """A figure that a component of Airflow tells by StatsD."""
    return Metric(
        namespace=METRICS_NAMESPACE,
        name=name,
        dimensions={"Component": component, "Deployment": environment.prefix},
        stat=stat,
    )


def _heartbeat(environment: Environment, component: str) -> MetricAlarm:
    return MetricAlarm(
        description=f"The {component} runs, and has given no sign of life for five minutes. ECS replaces it when its "
        "health check agrees; look at its log, and at the database.",
        metrics={"heartbeats": figure(environment, component, HEARTBEATS[component])},
        # A task without heartbeats reports 0. No task at all reports nothing: that is the business of `…-tasks`, and
        # no fault outside working hours.
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
        "come up, or fail and come again. The events of the service say why.",
        metrics=metrics,
        expression="desired - running",
        above=0,
        minutes=minutes,
    )


def _length(environment: Environment, queue: str) -> Metric:
    metric = queue_length(environment, queue)
    return Metric(namespace=metric.namespace, name=metric.name, dimensions=metric.dimensions, stat="Minimum")
