"""The cache."""

from tests.cli.consequences.examples.example import LOSS, OUTAGE, change, example

CACHE = "aws_elasticache_replication_group.cache_replication-group"
VALKEY = {"id": "shop-prod", "node_type": "cache.t4g.small", "engine_version": "7.2", "num_cache_clusters": 2}

CACHES = (
    example(
        "node type",
        "data",
        change(CACHE, "update", VALKEY, {"node_type": "cache.m7g.large"}),
        costs=OUTAGE,
        says="writes fail for some seconds",
    ),
    example(
        "version of Valkey",
        "data",
        change(CACHE, "update", VALKEY, {"engine_version": "8.0"}),
        costs=OUTAGE,
        says="from 7.2 to 8.0",
    ),
    example(
        "version of one node",
        "data",
        change(CACHE, "update", {**VALKEY, "num_cache_clusters": 1}, {"engine_version": "8.0"}),
        costs=OUTAGE,
        says="the only node does not answer for minutes",
    ),
    example("more nodes", "data", change(CACHE, "update", VALKEY, {"num_cache_clusters": 3})),
    example("fewer nodes", "data", change(CACHE, "update", VALKEY, {"num_cache_clusters": 1})),
    example(
        "fewer snapshots",
        "data",
        change(CACHE, "update", {**VALKEY, "snapshot_retention_limit": 7}, {"snapshot_retention_limit": 1}),
    ),
    example(
        "cache replaced",
        "data",
        change(CACHE, "replace", VALKEY, causes=["port"]),
        costs=LOSS,
        says="because port cannot be changed in place",
    ),
    example("cache deleted", "data", change(CACHE, "delete", VALKEY), costs=LOSS),
    example(
        "users of the cache replaced",
        "data",
        change("aws_elasticache_user_group.cache_user_group", "replace", {}),
        costs=OUTAGE,
    ),
)
