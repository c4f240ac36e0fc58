"""Alarms of a database and a cache, as values; `MetricAlarms` creates them."""

from dataclasses import dataclass

from modules.observability.metric_alarms import Metric, MetricAlarm

GIB = 1024**3


@dataclass(frozen=True, kw_only=True)
class DatabaseMetrics:
    """A PostgreSQL instance on RDS, and the thresholds of its alarms."""

    identifier: str
    """Identifier of the instance."""

    max_connections: int | None
    """Connections that the instance accepts. None where that is unknown: then there is no alarm on connections."""

    free_storage_gib: float = 2
    """Alarm below this much free storage. Default: 2 GiB, about an hour's warning under load."""

    cpu_percent: float = 80
    """Alarm above this average CPU for 15 minutes. Default: 80."""

    connections_percent: float = 80
    """Alarm above this share of `max_connections`. Default: 80."""


@dataclass(frozen=True, kw_only=True)
class CacheMetrics:
    """A Valkey replication group on ElastiCache, and the thresholds of its alarms."""

    replication_group_id: str
    """Id of the replication group."""

    nodes: int
    """Nodes of the group; each reports its own metrics."""

    memory_percent: float = 75
    """Alarm above this share of the memory. Default: 75; with `noeviction` a full broker refuses writes."""

    cpu_percent: float = 80
    """Alarm above this load of the engine's single core. Default: 80."""


def database_alarms(metrics: DatabaseMetrics) -> dict[str, MetricAlarm]:
    """Return the alarms of a database: storage, CPU, connections."""
    return {
        "database-storage": MetricAlarm(
            description=f"The database {metrics.identifier} has less than {metrics.free_storage_gib:g} GiB of storage "
            "left. It stops when there is none: raise max_allocated_storage_gib, or find what grows.",
            metrics={"free": _of_database(metrics, "FreeStorageSpace", "Minimum")},
            below=metrics.free_storage_gib * GIB,
        ),
        "database-cpu": MetricAlarm(
            description=f"The CPU of the database {metrics.identifier} is above {metrics.cpu_percent:g} %. Performance "
            "Insights shows which statements; a larger instance class helps at once.",
            metrics={"cpu": _of_database(metrics, "CPUUtilization", "Average")},
            above=metrics.cpu_percent,
            minutes=15,
        ),
        **_connections(metrics),
    }


def _connections(metrics: DatabaseMetrics) -> dict[str, MetricAlarm]:
    if metrics.max_connections is None:
        return {}
    most = metrics.max_connections * metrics.connections_percent // 100
    alarm = MetricAlarm(
        description=f"The database {metrics.identifier} has more than {most:g} of its {metrics.max_connections} "
        "connections open. Once all are open, new connections are refused. Use fewer or smaller pools, or a larger "
        "instance class.",
        metrics={"connections": _of_database(metrics, "DatabaseConnections", "Maximum")},
        above=most,
    )
    return {"database-connections": alarm}


def cache_alarms(metrics: CacheMetrics) -> dict[str, MetricAlarm]:
    """Return the alarms of a cache: memory, evictions, CPU."""
    name = metrics.replication_group_id
    return {
        "cache-memory": MetricAlarm(
            description=f"A node of the cache {name} has used more than {metrics.memory_percent:g} % of its memory. "
            "When it is full, writes fail: a larger node type, or find what fills it.",
            metrics=_of_nodes(metrics, "DatabaseMemoryUsagePercentage", "Maximum"),
            expression=_highest(metrics),
            above=metrics.memory_percent,
        ),
        "cache-evictions": MetricAlarm(
            description=f"The cache {name} is evicting keys because its memory is full. If it is a broker, messages "
            "are being lost: set maxmemory_policy to noeviction, or use a larger node type.",
            metrics=_of_nodes(metrics, "Evictions", "Sum"),
            expression=_highest(metrics),
            above=0,
            minutes=1,
        ),
        "cache-cpu": MetricAlarm(
            description=f"The engine of the cache {name} uses more than {metrics.cpu_percent:g} % of its one core.",
            metrics=_of_nodes(metrics, "EngineCPUUtilization", "Average"),
            expression=_highest(metrics),
            above=metrics.cpu_percent,
            minutes=15,
        ),
    }


def _of_database(metrics: DatabaseMetrics, name: str, stat: str) -> Metric:
    return Metric(namespace="AWS/RDS", name=name, dimensions={"DBInstanceIdentifier": metrics.identifier}, stat=stat)


def _of_nodes(metrics: CacheMetrics, name: str, stat: str) -> dict[str, Metric]:
    """ElastiCache reports metrics per node; the nodes of a group are named `<group>-001`, `<group>-002` and so on."""
    return {
        f"node{number}": Metric(
            namespace="AWS/ElastiCache",
            name=name,
            dimensions={"CacheClusterId": f"{metrics.replication_group_id}-{number:03}"},
            stat=stat,
        )
        for number in range(1, metrics.nodes + 1)
    }


def _highest(metrics: CacheMetrics) -> str | None:
    if metrics.nodes == 1:
        return None
    return f"MAX([{', '.join(f'node{number}' for number in range(1, metrics.nodes + 1))}])"
