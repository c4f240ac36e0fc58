"""The desired state: what the emulated account asks for, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from local.dataplane.desired_state.changes import Changes
from local.dataplane.desired_state.task_definition import TaskDefinition
from local.network.rules import Member, Table


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
    """Changes with everything that starts a deployment, including a forced one."""
    desired_count: int
    minimum_healthy_percent: int
    maximum_percent: int
    targets: tuple[TargetBinding, ...]
    grace_period_seconds: float
    circuit_breaker: bool
    rollback: bool
    names: tuple[str, ...]
    """Cloud Map names of its tasks."""
    network: Member | None = None
    """Of its tasks, in all their subnets. Default: the account does not describe it, and nothing is filtered."""


@dataclass(frozen=True, kw_only=True)
class TargetGroup:
    """A target group with its attributes."""

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
    balancers: tuple[Member, ...] = ()
    """The load balancers that forward to it."""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A listener of an application load balancer."""

    arn: str
    port: int
    is_https: bool
    certificate_names: tuple[str, ...]
    idle_timeout_seconds: int
    rules: tuple[Mapping[str, Any], ...]
    """As in DescribeRules, by priority; the default rule is last."""


@dataclass(frozen=True, kw_only=True)
class Interruption:
    """When the server of a data store is away, because AWS changes it."""

    count: int = 0
    """How often it was: the server restarts when the number rises."""
    until: float = 0.0
    """The moment until which it is away, in seconds since 1970."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Whose data a database has."""

    resource_id: str = ""
    """Of its RDS instance; another instance of the same name has another."""
    copy: str = ""
    """Folder of the copy that the instance was restored from; empty where it was created empty."""
    predecessors: frozenset[str] = frozenset()
    """Resource ids of deleted instances, whose data nobody gets."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """A PostgreSQL instance of RDS."""

    identifier: str
    names: tuple[str, ...]
    """Of its endpoints."""
    port: int
    proxy_ports: tuple[int, ...] = ()
    """Ports of RDS proxies that differ from `port`. The names of proxies are among `names`."""
    major_version: int
    username: str
    database_name: str | None
    password: str = field(default="", repr=False)
    interruption: Interruption = field(default_factory=Interruption)
    network: tuple[Member, ...] = ()
    """The instance, then its proxies."""
    origin: Origin = field(default_factory=Origin)
    kind: ClassVar[str] = "database"

    @property
    def key(self) -> str:
        """A unique name: an RDS instance and an ElastiCache group may have the same identifier."""
        return f"{self.kind}-{self.identifier}"


@dataclass(frozen=True, kw_only=True)
class CacheUser:
    """A user of a cache."""

    identifier: str
    name: str
    access: str
    """The access string: rules of access control."""
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
    interruption: Interruption = field(default_factory=Interruption)
    network: tuple[Member, ...] = ()
    """Its nodes, as one member."""
    kind: ClassVar[str] = "cache"

    @property
    def key(self) -> str:
        """A unique name among all data stores."""
        return f"{self.kind}-{self.identifier}"


Store = Database | Cache


@dataclass(frozen=True, kw_only=True)
class DesiredState:
    """The whole desired state at one moment."""

    services: Mapping[str, Service] = field(default_factory=dict)
    definitions: Mapping[str, TaskDefinition] = field(default_factory=dict)
    one_off_tasks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Tasks that RunTask or StopTask requested and that have not ended, as in DescribeTasks, by ARN."""
    one_off_networks: Mapping[str, Member] = field(default_factory=dict)
    """Those of them whose network RunTask was given, by ARN."""
    protections: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    """Task → `until`, the end of a protection that somebody else asked for, and `instead_of`, that before it."""
    listeners: tuple[Listener, ...] = ()
    target_groups: Mapping[str, TargetGroup] = field(default_factory=dict)
    stores: tuple[Store, ...] = ()
    network: Table = field(default_factory=Table)
    """Security groups and routes, without members."""
    changes: Changes = field(default_factory=Changes)
    """The changes of the account that it includes, at least."""
