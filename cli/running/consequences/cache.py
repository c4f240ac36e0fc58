"""The cache. The source, where a row names no other: Amazon ElastiCache User Guide for Valkey and Redis OSS."""

from cli.running.consequences.change import Change
from cli.running.consequences.consequence import Kind
from cli.running.consequences.row import Row, altered, deleted, from_to, in_window, lowered, number, replaced

GROUP = "aws_elasticache_replication_group"
_WINDOW = "choose a quiet hour, or leave cache.apply_immediately = false for the maintenance window"


def _is_single(change: Change) -> bool:
    return number(change.before.get("num_cache_clusters")) == 1


ROWS = (
    Row(
        type=GROUP,
        when=altered("node_type"),
        kind=Kind.OUTAGE,
        # "Scaling replica nodes for Valkey or Redis OSS (cluster mode disabled)".
        says=lambda change: (
            f"the node type changes {from_to(change, 'node_type')} {in_window(change)}: connections end when the new "
            "nodes take over, and writes fail for some seconds"
        ),
        instead=_WINDOW,
        pending=("id", "node_type"),
    ),
    Row(
        type=GROUP,
        when=altered("engine_version"),
        kind=Kind.OUTAGE,
        # "Version management for ElastiCache", "How engine upgrades work".
        says=lambda change: (
            f"Valkey changes {from_to(change, 'engine_version')} {in_window(change)}: "
            + (
                "the only node does not answer for minutes, and ElastiCache keeps its data as far as it can"
                if _is_single(change)
                else "connections end when another node becomes the primary, and writes fail for some seconds"
            )
            + "; there is no way back but a new cache"
        ),
        instead=lambda change: "add a second node first (cache.nodes = 2)" if _is_single(change) else _WINDOW,
        pending=("id", "engine_version"),
    ),
    Row(
        type=GROUP,
        when=lowered("num_cache_clusters"),
        kind=Kind.NOTE,
        # "Deleting replicas": no data goes; clients of the reader endpoint connect again.
        says=lambda change: (
            f"the cache gets fewer nodes ({from_to(change, 'num_cache_clusters')}), without an interruption of writes"
            + (
                "; the last one has no other that could take over"
                if number(change.after["num_cache_clusters"]) == 1
                else ""
            )
        ),
    ),
    Row(
        type=GROUP,
        when=lowered("snapshot_retention_limit"),
        kind=Kind.NOTE,
        says=lambda change: f"snapshots older than {change.after['snapshot_retention_limit']} days are deleted",
    ),
    Row(
        type=GROUP,
        when=replaced,
        kind=Kind.DATA_LOSS,
        says=lambda change: (
            f"the cache is replaced{change.because()}: all that it holds goes, what waits in Airflow's queues too, "
            "and it does not answer for 10 minutes or more"
        ),
        instead="keep the former value",
    ),
    Row(
        type=GROUP,
        when=deleted,
        kind=Kind.DATA_LOSS,
        says="the cache is deleted with all that it holds",
        instead="see that nothing which lasts is only in the cache",
    ),
    Row(
        type="aws_elasticache_user_group",
        when=replaced,
        kind=Kind.OUTAGE,
        says=lambda change: f"the users of the cache are replaced{change.because()}: nobody can log in for minutes",
        instead="keep the former value",
    ),
)
