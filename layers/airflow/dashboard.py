"""One page for a deployment of Airflow, from what users feel down to what it stands on."""

from layers.airflow.alarms import HEARTBEATS, figure
from layers.airflow.names import airflow_of, database_proxy_name, has_database_proxy
from layers.airflow.scaling import queue_length
from layers.airflow.services import AirflowServices
from layers.web.shared import Surroundings
from modules.observability import Chart, Metric


def rows(around: Surroundings, services: AirflowServices) -> list[list[Chart]]:
    """The rows of the page, from the top."""
    figures = [_work(around), _heartbeats(around)] if airflow_of(around.environment).metrics else []
    return [_queues(around, services), *figures, _ui(around, services), _tasks(around, services), *_data(around)]


def _queues(around: Surroundings, services: AirflowServices) -> list[Chart]:
    environment = around.environment
    queues = [queue for group in airflow_of(environment).workers.values() for queue in group.queues]
    lengths = {
        queue: Metric(namespace=length.namespace, name=length.name, dimensions=length.dimensions, stat="Maximum")
        for queue in queues
        for length in (queue_length(environment, queue),)
    }
    workers = {
        key: _of_service(around, name, "CPUUtilization", "SampleCount")
        for key, name in services.service_names.items()
        if key.startswith("worker-")
    }
    return [Chart(title="Waiting tasks", lines=lengths), Chart(title="Workers", lines=workers)]


def _work(around: Surroundings) -> list[Chart]:
    environment = around.environment
    return [
        Chart(
            title="Tasks ended",
            lines={
                "success": figure(environment, "worker", "ti_successes"),
                "failed": figure(environment, "worker", "ti_failures"),
                "lost": figure(environment, "scheduler", "task_instances_without_heartbeats_killed"),
            },
        ),
        Chart(
            title="Slots",
            lines={
                "open in the executor": figure(environment, "scheduler", "executor.open_slots", "Minimum"),
                "open in default_pool": figure(environment, "scheduler", "pool.open_slots.default_pool", "Minimum"),
                "no slot for": figure(environment, "scheduler", "scheduler.tasks.starving", "Maximum"),
            },
        ),
        Chart(
            title="DAG files",
            lines={
                "import errors": figure(environment, "dag-processor", "dag_processing.import_errors", "Maximum"),
                "seconds to read all": figure(
                    environment, "dag-processor", "dag_processing.total_parse_time", "Maximum"
                ),
                "timeouts": figure(environment, "dag-processor", "dag_processing.processor_timeouts"),
            },
        ),
    ]


def _heartbeats(around: Surroundings) -> list[Chart]:
    environment = around.environment
    loop = figure(environment, "scheduler", "scheduler.scheduler_loop_duration", "p90")
    triggers = {
        word: figure(environment, "triggerer", f"triggers.{word}")
        for word in ("succeeded", "failed", "blocked_main_thread")
    }
    beats = {component: figure(environment, component, name) for component, name in HEARTBEATS.items()}
    return [
        Chart(title="Heartbeats", lines=beats),
        Chart(title="Scheduler loop, slowest tenth (ms)", lines={"loop": loop}),
        Chart(title="Triggers", lines=triggers),
    ]


def _ui(around: Surroundings, services: AirflowServices) -> list[Chart]:
    dimensions = {
        "LoadBalancer": around.load_balancer.arn_suffix,
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


def _tasks(around: Surroundings, services: AirflowServices) -> list[Chart]:
    names = services.service_names
    return [
        Chart(title=f"{title} (%)", lines={key: _of_service(around, name, metric) for key, name in names.items()})
        for title, metric in (("CPU", "CPUUtilization"), ("Memory", "MemoryUtilization"))
    ]


def _data(around: Surroundings) -> list[list[Chart]]:
    environment = around.environment
    database = {"DBInstanceIdentifier": around.data.database_identifier}

    def chart(title: str, namespace: str, name: str, dimensions: dict[str, str]) -> Chart:
        return Chart(
            title=title, lines={"": Metric(namespace=namespace, name=name, dimensions=dimensions, stat="Maximum")}
        )

    found = [
        [
            chart("Database: CPU (%)", "AWS/RDS", "CPUUtilization", database),
            chart("Database: connections", "AWS/RDS", "DatabaseConnections", database),
            chart("Database: free storage (bytes)", "AWS/RDS", "FreeStorageSpace", database),
        ]
    ]
    if has_database_proxy(environment):
        proxy = {"ProxyName": database_proxy_name(environment)}
        found.append(
            [
                chart("Database proxy: connections of Airflow", "AWS/RDS", "ClientConnections", proxy),
                chart("Database proxy: of the database", "AWS/RDS", "DatabaseConnections", proxy),
                chart("Database proxy: wait (microseconds)", "AWS/RDS", "DatabaseConnectionsBorrowLatency", proxy),
            ]
        )
    if environment.cache is not None:
        node = {"CacheClusterId": f"{environment.prefix}-001"}
        found.append(
            [
                chart("Broker: memory (%)", "AWS/ElastiCache", "DatabaseMemoryUsagePercentage", node),
                chart("Broker: evictions", "AWS/ElastiCache", "Evictions", node),
                chart("Broker: connections", "AWS/ElastiCache", "CurrConnections", node),
            ]
        )
    return found


def _of_service(around: Surroundings, name: str, metric: str, stat: str = "Average") -> Metric:
    dimensions = {"ClusterName": around.cluster.name, "ServiceName": name}
    return Metric(namespace="AWS/ECS", name=metric, dimensions=dimensions, stat=stat)
