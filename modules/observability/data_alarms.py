"""Alarms of a database and a cache. Pure: `MetricAlarms` makes them."""

from dataclasses import dataclass

from modules.observability.metric_alarms import Metric, MetricAlarm

GIB = 1024**3


@dataclass(frozen=True, kw_only=True)
class DatabaseFigures:
    """What is enough for a PostgreSQL on RDS, and what is too much."""

    identifier: str
    """Identifier of the instance."""

    max_connections: int | None
    """Connections that the instance accepts; nothing where that is not known, then nobody is told of too many."""

    free_storage_gib: float = 2
    """Rings below this. Default: 2, of which a busy queue of work makes an hour."""

    cpu_percent: float = 80
    """Rings above this for a quarter of an hour. Default: 80."""

    connections_percent: float = 80
    """Rings above this share of the connections. Default: 80."""


@dataclass(frozen=True, kw_only=True)
class CacheFigures:
    """What is too much for a Valkey on ElastiCache."""

    replication_group_id: str
    """Id of the replication group."""

    nodes: int
    """Members of the group, which report one by one."""

    memory_percent: float = 75
    """Rings above this share of the memory. Default: 75; with `noeviction` a full broker refuses new work."""

    cpu_percent: float = 80
    """Rings when the engine's one core is busier than this. Default: 80."""


def database_alarms(figures: DatabaseFigures) -> dict[str, MetricAlarm]:
    """Return the alarms of a database: storage, CPU, connections."""
    return {
        "database-storage": MetricAlarm(
            description=f"The database {figures.identifier} has less than {figures.free_storage_gib:g} GiB of storage "
            "left. It stops when there is none: raise max_allocated_storage_gib, or find what grows.",
            metrics={"free": _of_database(figures, "FreeStorageSpace", "Minimum")},
            below=figures.free_storage_gib * GIB,
        ),
        "database-cpu": MetricAlarm(
            description=f"The CPU of the database {figures.identifier} is above {figures.cpu_percent:g} %. Performance "
            "Insights shows which statements; a larger instance class helps at once.",
            metrics={"cpu": _of_database(figures, "CPUUtilization", "Average")},
            above=figures.cpu_percent,
            minutes=15,
        ),
        **_connections(figures),
    }


def _connections(figures: DatabaseFigures) -> dict[str, MetricAlarm]:
    if figures.max_connections is None:
        return {}
    most = figures.max_connections * figures.connections_percent // 100
    alarm = MetricAlarm(
        description=f"The database {figures.identifier} has more than {most:g} of its {figures.max_connections} "
        "connections open. At the last one the next is refused: fewer or smaller pools, or a larger instance class.",
        metrics={"connections": _of_database(figures, "DatabaseConnections", "Maximum")},
        above=most,
    )
    return {"database-connections": alarm}


def cache_alarms(figures: CacheFigures) -> dict[str, MetricAlarm]:
    """Return the alarms of a cache: memory, evictions, CPU."""
    name = figures.replication_group_id
    return {
        "cache-memory": MetricAlarm(
            description=f"A node of the cache {name} has used more than {figures.memory_percent:g} % of its memory. "
            "When it is full, writes fail: a larger node type, or find what fills it.",
            metrics=_of_nodes(figures, "DatabaseMemoryUsagePercentage", "Maximum"),
            expression=_highest(figures),
            above=figures.memory_percent,
        ),
        "cache-evictions": MetricAlarm(
            description=f"The cache {name} throws away values to make room. Where it is a broker, messages are lost: "
            "maxmemory_policy must be noeviction, or the node type is too small.",
            metrics=_of_nodes(figures, "Evictions", "Sum"),
            expression=_highest(figures),
            above=0,
            minutes=1,
        ),
        "cache-cpu": MetricAlarm(
            description=f"The engine of the cache {name} uses more than {figures.cpu_percent:g} % of its one core.",
            metrics=_of_nodes(figures, "EngineCPUUtilization", "Average"),
            expression=_highest(figures),
            above=figures.cpu_percent,
            minutes=15,
        ),
    }


def _of_database(figures: DatabaseFigures, name: str, stat: str) -> Metric:
    return Metric(namespace="AWS/RDS", name=name, dimensions={"DBInstanceIdentifier": figures.identifier}, stat=stat)


def _of_nodes(figures: CacheFigures, name: str, stat: str) -> dict[str, Metric]:
    """ElastiCache reports by node, and calls the nodes of a group `<group>-001` and so on."""
    return {
        f"node{number}": Metric(
            namespace="AWS/ElastiCache",
            name=name,
            dimensions={"CacheClusterId": f"{figures.replication_group_id}-{number:03}"},
            stat=stat,
        )
        for number in range(1, figures.nodes + 1)
    }


def _highest(figures: CacheFigures) -> str | None:
    if figures.nodes == 1:
        return None
    return f"MAX([{', '.join(f'node{number}' for number in range(1, figures.nodes + 1))}])"
