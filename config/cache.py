"""The `[cache]` section with its rules."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from aws.cache_nodes import NODE_TYPE_PATTERN
from config.base import Kind, Section, Version
from config.errors import Problem
from config.pattern import Pattern
from config.rule import problem

NodeType = Annotated[str, Pattern(NODE_TYPE_PATTERN, 'a node type such as "cache.t4g.small"', "cache.t4g.small")]
"""The size of a cache node."""


class Cache(Section):
    """Valkey on ElastiCache: one shard, encrypted at rest and in transit, with its own user."""

    engine_version: Annotated[
        str, Pattern(r"[0-9]{1,2}\.[0-9]", 'a version of Valkey in quotes such as "8.0"', "8.0")
    ] = "8.0"
    """Version of Valkey, from 7.2 on: major and minor. A mistyped one is refused, one that is newer than Windlass's
    table gives a notice."""

    node_type: NodeType
    """ElastiCache node type. A mistyped one is refused, one that is newer than Windlass's table gives a notice."""

    port: Annotated[int, Field(ge=1024, le=65535)] = 6379
    """TCP port of the cache."""

    nodes: Annotated[int, Field(ge=1, le=6)] = 2
    """Number of nodes, primary and replicas together. With two or more, a failed primary is replaced by a replica in
    another zone. 2 or more in production (D02)."""

    maxmemory_policy: Literal[
        "noeviction", "allkeys-lru", "allkeys-lfu", "volatile-lru", "volatile-lfu", "volatile-ttl"
    ] = "noeviction"
    """What happens when memory is full. `noeviction` refuses writes; the others evict keys. Must be `noeviction` if the
    cache is Airflow's broker."""

    apply_immediately: bool = False
    """Apply changes of the nodes at once, which can interrupt them, as with another `node_type`. If false, such changes
    wait for the weekly maintenance window, Sunday 02:30 to 03:30 UTC, and every plan shows them until then."""

    snapshot_retention_days: Annotated[int, Field(ge=0, le=35)] = 7
    """How long daily snapshots are kept; 0 disables them."""

    password_version: Version = 1
    """Rotation number of the cache user's password. Increase it by one and apply, together with
    `accept_previous_password = true`; the order of the steps is in docs/runbooks/rotate-secrets.md."""

    accept_previous_password: bool = False
    """Accept the previous password, too. Set to true together with a higher `password_version`, so that running tasks
    can still connect; set back to false after all clients have restarted. Not allowed with `password_version = 1`, and
    not possible at the first apply of an environment, which has no previous password."""


def a_previous_password_exists(cache: Cache | None) -> Iterator[Problem]:
    """Secrets Manager has no previous value before the first rotation."""
    if cache is not None and cache.accept_previous_password and cache.password_version < 2:
        message = "needs a previous password; allowed with password_version = 1: false"
        yield problem("cache/accept_previous_password", True, message)


def production_cache_survives(kind: Kind, cache: Cache | None) -> Iterator[Problem]:
    """D02: in production the cache has a standby."""
    if kind == "production" and cache is not None and cache.nodes < 2:
        yield problem(
            "cache/nodes",
            cache.nodes,
            'leaves the cache without a standby where kind = "production"; allowed: 2 to 6 (D02)',
        )


RULES = (
    a_previous_password_exists,
    production_cache_survives,
)
