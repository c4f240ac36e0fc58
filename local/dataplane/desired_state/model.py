"""What the emulated account asks for, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from local.dataplane.desired_state.changes import Changes
from local.dataplane.desired_state.task_definition import TaskDefinition


@dataclass(frozen=True, kw_only=True)
class TargetBinding:
    """A `loadBalancers` block of a service."""

    target_group_arn: str
    container: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Service:
    """An ECS service with its primary deployment."""

    arn: str
    name: str
    cluster_arn: str
    task_definition_arn: str
    deployment_id: str
    """Changes with everything that starts a deployment, also a forced one."""
    desired_count: int
    minimum_healthy_percent: int
    maximum_percent: int
    targets: tuple[TargetBinding, ...]
    grace_period_seconds: float
    circuit_breaker: bool
    rollback: bool
    names: tuple[str, ...]
    """Cloud Map names of its tasks."""


@dataclass(frozen=True, kw_only=True)
class TargetGroup:
    """A target group, with the attributes that matter here."""

    arn: str
    name: str
    path: str
    matcher: str
    interval_seconds: float
    timeout_seconds: float
    healthy_threshold: int
    unhealthy_threshold: int
    deregistration_delay_seconds: float
    least_outstanding_requests: bool


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A listener of an application load balancer."""

    arn: str
    port: int
    is_https: bool
    certificate_names: tuple[str, ...]
    idle_timeout_seconds: int
    rules: tuple[Mapping[str, Any], ...]
    """As DescribeRules answers, by priority, the default last."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """A PostgreSQL instance of RDS."""

    identifier: str
    names: tuple[str, ...]
    """Of its endpoints."""
    port: int
    proxy_ports: tuple[int, ...] = ()
    """Of proxies before it, where they listen on another one. Their names are among `names`."""
    major_version: int
    username: str
    database_name: str | None
    password: str = field(default="", repr=False)
    reboots: int = 0
    """How often somebody asked for one."""
    kind: ClassVar[str] = "database"

    @property
    def key(self) -> str:
        """What tells it from every other store; RDS and ElastiCache know nothing of each other's identifiers."""
        return f"{self.kind}-{self.identifier}"


@dataclass(frozen=True, kw_only=True)
class CacheUser:
    """A user of a cache."""

    identifier: str
    name: str
    access: str
    """Rules of access control."""
    passwords: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True)
class Cache:
    """A replication group of ElastiCache."""

    identifier: str
    names: tuple[str, ...]
    """Of its endpoints."""
    port: int
    maxmemory_policy: str
    users: tuple[CacheUser, ...]
    reboots: int = 0
    kind: ClassVar[str] = "cache"

    @property
    def key(self) -> str:
        """A word that no other store has."""
        return f"{self.kind}-{self.identifier}"


Store = Database | Cache


@dataclass(frozen=True, kw_only=True)
class DesiredState:
    """All of it at one moment."""

    services: Mapping[str, Service] = field(default_factory=dict)
    definitions: Mapping[str, TaskDefinition] = field(default_factory=dict)
    single_tasks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Tasks that somebody asked to run or to stop and that have not ended, as DescribeTasks answers, by ARN."""
    listeners: tuple[Listener, ...] = ()
    target_groups: Mapping[str, TargetGroup] = field(default_factory=dict)
    stores: tuple[Store, ...] = ()
    changes: Changes = field(default_factory=Changes)
    """What of the account's changes is in it, at least."""
