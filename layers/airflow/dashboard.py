"""The dashboard of a deployment of Airflow, from what users notice down to the database and the broker."""

from layers.airflow.alarms import HEARTBEATS, metric_of
from layers.airflow.context import AirflowContext
from layers.airflow.scaling import queue_length
from layers.airflow.services import AirflowServices
from layers.airflow_names import database_proxy_name
from layers.context import ServiceContext
from modules.observability import Chart, Metric


def rows(context: AirflowContext, services: AirflowServices) -> list[list[Chart]]:
    """The rows of the dashboard, from the top."""
    shared = context.shared
    metrics = [_work(shared), _heartbeats(shared)] if context.settings.metrics else []
    return [_queues(context, services), *metrics, _ui(shared, services), _tasks(shared, services), *_data(context)]


def _queues(context: AirflowContext, services: AirflowServices) -> list[Chart]:
    shared, environment = context.shared, context.shared.environment
    queues = [queue for group in context.settings.workers.values() for queue in group.queues]
    lengths = {
        queue: Metric(namespace=length.namespace, name=length.name, dimensions=length.dimensions, stat="Maximum")
        for queue in queues
        for length in (queue_length(environment, queue),)
    }
    workers = {
        key: _of_service(shared, name, "CPUUtilization", "SampleCount")
        for key, name in services.service_names.items()
        if key.startswith("worker-")
    }
    return [Chart(title="Waiting tasks", lines=lengths), Chart(title="Workers", lines=workers)]


def _work(shared: ServiceContext) -> list[Chart]:
    environment = shared.environment
    return [
        Chart(
            title="Tasks ended",
            lines={
                "success": metric_of(environment, "worker", "ti_successes"),
                "failed": metric_of(environment, "worker", "ti_failures"),
                "lost": metric_of(environment, "scheduler", "task_instances_without_heartbeats_killed"),
            },
        ),
        Chart(
            title="Slots",
            lines={
                "open in the executor": metric_of(environment, "scheduler", "executor.open_slots", "Minimum"),
                "open in default_pool": metric_of(environment, "scheduler", "pool.open_slots.default_pool", "Minimum"),
                "no slot for": metric_of(environment, "scheduler", "scheduler.tasks.starving", "Maximum"),
            },
        ),
        Chart(
            title="DAG files",
            lines={
                "import errors": metric_of(environment, "dag-processor", "dag_processing.import_errors", "Maximum"),
                "seconds to read all": metric_of(
                    environment, "dag-processor", "dag_processing.total_parse_time", "Maximum"
                ),
                "timeouts": metric_of(environment, "dag-processor", "dag_processing.processor_timeouts"),
            },
        ),
    ]


def _heartbeats(shared: ServiceContext) -> list[Chart]:
    environment = shared.environment
    loop = metric_of(environment, "scheduler", "scheduler.scheduler_loop_duration", "p90")
    triggers = {
        word: metric_of(environment, "triggerer", f"triggers.{word}")
        for word in ("succeeded", "failed", "blocked_main_thread")
    }
    beats = {component: metric_of(environment, component, name) for component, name in HEARTBEATS.items()}
    return [
        Chart(title="Heartbeats", lines=beats),
        Chart(title="Scheduler loop, slowest tenth (ms)", lines={"loop": loop}),
        Chart(title="Triggers", lines=triggers),
    ]


def _ui(shared: ServiceContext, services: AirflowServices) -> list[Chart]:
    dimensions = {
        "LoadBalancer": shared.load_balancer.arn_suffix,
        "TargetGroup": services.target_group.arn_suffix,
    }

    def target(name: str, stat: str) -> Metric:
        return Metric(namespace="AWS/ApplicationELB", name=name, dimensions=dimensions, stat=stat)

    return [
        Chart(
            title="UI and API: requests a minute",
            lines={"requests": target("RequestCount", "Sum"), "5xx": target("HTTPCode_Target_5XX_Count", "Sum")},
        ),
        Chart(
            title="UI and API: latency (s)",
            lines={"p50": target("TargetResponseTime", "p50"), "p99": target("TargetResponseTime", "p99")},
        ),
        Chart(
            title="api-server: targets",
            lines={
                "healthy": target("HealthyHostCount", "Minimum"),
                "unhealthy": target("UnHealthyHostCount", "Maximum"),
            },
        ),
    ]


def _tasks(shared: ServiceContext, services: AirflowServices) -> list[Chart]:
    names = services.service_names
    return [
        Chart(title=f"{title} (%)", lines={key: _of_service(shared, name, metric) for key, name in names.items()})
        for title, metric in (("CPU", "CPUUtilization"), ("Memory", "MemoryUtilization"))
    ]


def _data(context: AirflowContext) -> list[list[Chart]]:
    environment = context.shared.environment
    database = {"DBInstanceIdentifier": context.shared.data.database_identifier}

    def chart(title: str, namespace: str, name: str, dimensions: dict[str, str]) -> Chart:
        return Chart(
            title=title, lines={"": Metric(namespace=namespace, name=name, dimensions=dimensions, stat="Maximum")}
        )

    charts = [
        [
            chart("Database: CPU (%)", "AWS/RDS", "CPUUtilization", database),
            chart("Database: connections", "AWS/RDS", "DatabaseConnections", database),
            chart("Database: free storage (bytes)", "AWS/RDS", "FreeStorageSpace", database),
        ]
    ]
    if context.settings.database_proxy is not None:
        proxy = {"ProxyName": database_proxy_name(environment)}
        charts.append(
            [
                chart("Database proxy: connections of Airflow", "AWS/RDS", "ClientConnections", proxy),
                chart("Database proxy: of the database", "AWS/RDS", "DatabaseConnections", proxy),
                chart("Database proxy: wait (microseconds)", "AWS/RDS", "DatabaseConnectionsBorrowLatency", proxy),
            ]
        )
    if environment.cache is not None:
        node = {"CacheClusterId": f"{environment.prefix}-001"}
        charts.append(
            [
                chart("Broker: memory (%)", "AWS/ElastiCache", "DatabaseMemoryUsagePercentage", node),
                chart("Broker: evictions", "AWS/ElastiCache", "Evictions", node),
                chart("Broker: connections", "AWS/ElastiCache", "CurrConnections", node),
            ]
        )
    return charts


def _of_service(shared: ServiceContext, name: str, metric: str, stat: str = "Average") -> Metric:
    dimensions = {"ClusterName": shared.cluster.name, "ServiceName": name}
    return Metric(namespace="AWS/ECS", name=metric, dimensions=dimensions, stat=stat)
