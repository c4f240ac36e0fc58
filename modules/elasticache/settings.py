"""Groups of inputs of a cache; each refuses what ElastiCache would refuse."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_DAY_TIME = r"(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d"
_MAINTENANCE_WINDOW = re.compile(f"{_DAY_TIME}-{_DAY_TIME}")
_SNAPSHOT_WINDOW = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_EVICTION_POLICIES = (
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
)


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Version, nodes and parameters of Valkey."""

    version: str = "8.0"
    """Major and minor version; AWS raises the patch."""

    node_type: str
    """Such as `cache.t4g.micro` (0.5 GiB) or `cache.m7g.large` (6.4 GiB)."""

    num_cache_clusters: int = 2
    """Nodes, 1 to 6: one primary, the rest replicas. With two or more, failover is automatic and across zones (D02)."""

    maxmemory_policy: str = "noeviction"
    """Eviction policy when memory is full. Default: `noeviction`, since a broker that evicts loses messages."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    """More parameters by name."""

    def __post_init__(self) -> None:
        """Refuse versions, counts and policies that ElastiCache does not know."""
        if not re.fullmatch(r"(7\.2|[89]\.\d)", self.version):
            raise ValueError(f"version is {self.version!r}; write Valkey's major and minor version, such as '8.0'")
        if not 1 <= self.num_cache_clusters <= 6:
            raise ValueError(f"num_cache_clusters is {self.num_cache_clusters}; a replication group has 1 to 6 nodes")
        if self.maxmemory_policy not in _EVICTION_POLICIES:
            raise ValueError(
                f"maxmemory_policy is {self.maxmemory_policy!r}; Valkey knows {', '.join(_EVICTION_POLICIES)}"
            )
        if "maxmemory-policy" in self.parameters:
            raise ValueError("parameters may not name maxmemory-policy; set maxmemory_policy")

    @property
    def parameter_group_family(self) -> str:
        """`valkey7` or `valkey8`."""
        return f"valkey{self.version.partition('.')[0]}"


@dataclass(frozen=True, kw_only=True)
class Network:
    """Network placement of the cache. ElastiCache has no public addresses (D02)."""

    subnet_ids: Mapping[str, str]
    """Isolated subnets by zone name."""

    security_group_ids: Sequence[str]
    """Security groups of the nodes."""

    port: int = 6379
    """TCP port; TLS only. Default: 6379, as in Valkey."""


@dataclass(frozen=True, kw_only=True)
class Authentication:
    """The one user that clients log in as."""

    password_secret_arn: str
    """Secret whose whole string is the password, such as a generated secret's `secret_arn`; 16 to 128 characters."""

    password_version: int
    """Rotation number of the password; a new one makes CloudFormation give the user the new password (D04)."""

    username: str = "default"
    """User name. Default: `default`, which clients may omit; it replaces the engine's user without a password."""

    access_string: str = "on ~* &* +@all -@dangerous +info"
    """Valkey ACL rules. Default: all keys and channels, except for dangerous commands."""

    accept_previous_password: bool = False
    """During a rotation, accept the previous password too, until all clients use the new one.

    Only from the second password on: before that, Secrets Manager has no previous one.
    """

    cloudformation_role_arn: str | None = None
    """Role with which CloudFormation reads the secret. Default: the caller of Terraform."""

    def __post_init__(self) -> None:
        """Refuse a previous password for the first rotation."""
        if self.accept_previous_password and self.password_version < 2:
            raise ValueError(f"accept_previous_password needs a rotation; password_version is {self.password_version}")


@dataclass(frozen=True, kw_only=True)
class Snapshots:
    """Backups of the cache's content."""

    retention_days: int = 7
    """Days that daily snapshots are kept, 0 (none) to 35. Default: a week (D02)."""

    window: str = "01:00-02:00"
    """Daily, UTC, at least 60 minutes, outside the maintenance window."""

    final_snapshot_identifier: str | None = None
    """Name of a final snapshot at deletion. Default: none; the cache holds only queues and short-lived results."""

    def __post_init__(self) -> None:
        """Refuse what ElastiCache would refuse."""
        if not 0 <= self.retention_days <= 35:
            raise ValueError(f"retention_days is {self.retention_days}; ElastiCache keeps snapshots for 0 to 35 days")
        if not _SNAPSHOT_WINDOW.fullmatch(self.window):
            raise ValueError(f"window is {self.window!r}; write it as '01:00-02:00'")


@dataclass(frozen=True, kw_only=True)
class Maintenance:
    """Maintenance window and logs."""

    window: str = "sun:02:30-sun:03:30"
    """Weekly, UTC, at least 60 minutes."""

    apply_immediately: bool = False
    """Apply disruptive changes at once instead of in the maintenance window. Default: no."""

    log_retention_days: int = 30
    """Days that CloudWatch keeps the slow log and the engine log; 0 turns both off."""

    log_kms_key_arn: str | None = None
    """KMS key of the log groups; its policy must allow CloudWatch Logs. Default: an AWS-owned key."""

    def __post_init__(self) -> None:
        """Refuse a window in another form."""
        if not _MAINTENANCE_WINDOW.fullmatch(self.window):
            raise ValueError(f"window is {self.window!r}; write it as 'sun:02:30-sun:03:30'")
