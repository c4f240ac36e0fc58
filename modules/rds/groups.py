"""The groups that a database's inputs are made of, each with what RDS would refuse."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

_PERFORMANCE_INSIGHTS_DAYS = frozenset({7, 731, *(31 * months for months in range(1, 24))})
_MONITORING_SECONDS = (0, 1, 5, 10, 15, 30, 60)
_BACKUP_WINDOW = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_DAY_TIME = r"(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d"
_MAINTENANCE_WINDOW = re.compile(f"{_DAY_TIME}-{_DAY_TIME}")
_GIB_THAT_TAKE_IOPS = 400


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Which PostgreSQL, on what machine, with which parameters."""

    major_version: str = "16"
    """Major version, `16` or `17`; AWS chooses and raises the minor one (D01)."""

    instance_class: str
    """Such as `db.t4g.micro` (2 vCPU, 1 GiB) or `db.m7g.large` (2 vCPU, 8 GiB)."""

    log_min_duration_statement_ms: int = 1000
    """Statements slower than this are logged, in milliseconds; -1 logs none. Default: one second."""

    log_statement: Literal["none", "ddl", "mod", "all"] = "ddl"
    """Which statements are logged whatever they take. Default: schema changes, an audit trail that costs little."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    """More dynamic parameters by name; they hold at once."""

    static_parameters: Mapping[str, str] = field(default_factory=dict)
    """More static parameters by name, such as `max_connections`; they hold from the next reboot."""

    ca_certificate_identifier: str | None = None
    """Authority of the server certificate. Default: AWS's own, `rds-ca-rsa2048-g1`, which its root bundles carry until
    2061. Naming one makes the provider change the new instance at once, which takes as long again as making it."""

    allow_major_version_upgrade: bool = False
    """Set it together with a new `major_version`; a changed number alone is then refused by AWS."""

    def __post_init__(self) -> None:
        """Refuse a minor version and parameters that the module owns."""
        if not re.fullmatch(r"1[3-9]", self.major_version):
            raise ValueError(
                f"major_version is {self.major_version!r}; name the major version alone, such as '16' (D01)"
            )
        owned = {"rds.force_ssl", "log_min_duration_statement", "log_statement"}
        if clash := sorted(owned & {*self.parameters, *self.static_parameters}):
            raise ValueError(f"parameters may not name {', '.join(clash)}; the module sets them")


@dataclass(frozen=True, kw_only=True)
class Storage:
    """How much encrypted gp3 storage."""

    allocated_gib: int = 20
    """GiB at the start, 20 to 65536. Default: the least RDS takes."""

    max_allocated_gib: int | None = None
    """RDS grows the volume up to this many GiB. Default: it does not grow."""

    kms_key_arn: str | None = None
    """Key of volume and snapshots. Default: the account's `aws/rds` key. A later change replaces the database."""

    iops: int | None = None
    """Provisioned IOPS above gp3's 12000; only from 400 GiB. Default: what the size brings (3000 below 400 GiB)."""

    throughput_mib_per_second: int | None = None
    """Provisioned MiB/s, only from 400 GiB. Default: what the size brings (125 below 400 GiB)."""

    def __post_init__(self) -> None:
        """Refuse sizes that RDS would refuse."""
        if not 20 <= self.allocated_gib <= 65536:
            raise ValueError(f"allocated_gib is {self.allocated_gib}; gp3 takes 20 to 65536 GiB")
        if self.max_allocated_gib is not None and self.max_allocated_gib * 10 < self.allocated_gib * 11:
            raise ValueError(
                f"max_allocated_gib is {self.max_allocated_gib}; RDS wants 10 % above {self.allocated_gib} GiB"
            )
        if (self.iops or self.throughput_mib_per_second) and self.allocated_gib < _GIB_THAT_TAKE_IOPS:
            raise ValueError(f"iops and throughput need at least 400 GiB; allocated_gib is {self.allocated_gib}")


@dataclass(frozen=True, kw_only=True)
class Network:
    """Where the database is reached. It is never public (D02)."""

    subnet_ids: Mapping[str, str]
    """Isolated subnets by zone name, in at least two zones."""

    security_group_ids: Sequence[str]
    """Security groups of the instance and of its replicas."""

    port: int = 5432
    """TCP port. Default: PostgreSQL's own."""

    def __post_init__(self) -> None:
        """Refuse fewer than two zones."""
        if len(self.subnet_ids) < 2:
            raise ValueError(f"subnet_ids names {len(self.subnet_ids)} zone(s); RDS wants at least two (N01)")


@dataclass(frozen=True, kw_only=True)
class Availability:
    """What happens when something fails, or when somebody deletes."""

    multi_az: bool = True
    """A standby in a second zone. Default: yes, as production needs it (D02)."""

    deletion_protection: bool = True
    """AWS refuses to delete the instance. Default: yes (D02)."""

    final_snapshot: bool = True
    """Deleting leaves a snapshot and the automated backups. Default: yes (D02); not for throw-away environments."""

    final_snapshot_identifier: str | None = None
    """Name of that snapshot. Default: `<identifier>-final`; take another where that one exists already."""

    maintenance_window: str = "sun:04:30-sun:05:30"
    """Weekly, UTC, at least 30 minutes. Default: Sunday before dawn in Europe."""

    apply_immediately: bool = False
    """Whether changes that interrupt wait for the maintenance window. Default: they wait."""

    def __post_init__(self) -> None:
        """Refuse a window in another form."""
        if not _MAINTENANCE_WINDOW.fullmatch(self.maintenance_window):
            raise ValueError(f"maintenance_window is {self.maintenance_window!r}; write it as 'sun:04:30-sun:05:30'")


@dataclass(frozen=True, kw_only=True)
class Backup:
    """Automated backups, and the snapshot to start from."""

    retention_days: int = 14
    """Days of point-in-time recovery, 0 to 35; 0 means no backups and no replicas. Default: two weeks (D02)."""

    window: str = "02:00-03:00"
    """Daily, UTC, at least 30 minutes, outside the maintenance window."""

    restore_from_snapshot: str | None = None
    """Snapshot that a *new* database starts from (D06). Removing it later changes nothing.

    Database name and user name are those of the snapshot; the password becomes this deployment's own.
    """

    restore_from_backup_arn: str | None = None
    """Automated backups whose newest moment a *new* database starts from, such as a copy from another region (D06).
    Removing it later changes nothing."""

    def __post_init__(self) -> None:
        """Refuse what RDS would refuse."""
        if self.restore_from_snapshot and self.restore_from_backup_arn:
            raise ValueError("restore_from_snapshot and restore_from_backup_arn are both given; a database starts once")
        if not 0 <= self.retention_days <= 35:
            raise ValueError(f"retention_days is {self.retention_days}; RDS keeps backups for 0 to 35 days")
        if not _BACKUP_WINDOW.fullmatch(self.window):
            raise ValueError(f"window is {self.window!r}; write it as '02:00-03:00'")


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """What can be seen of the database from outside."""

    log_retention_days: int = 30
    """Days that CloudWatch keeps the PostgreSQL and upgrade logs. Default: a month."""

    log_kms_key_arn: str | None = None
    """Key of the log groups; its policy must let CloudWatch Logs use it. Default: CloudWatch's own."""

    performance_insights: bool = True
    """Load by statement and wait. PostgreSQL has it on every instance class, also `db.t4g.micro`."""

    performance_insights_retention_days: int = 7
    """7, a multiple of 31 up to 713, or 731. Default: 7, which costs nothing."""

    performance_insights_kms_key_arn: str | None = None
    """Key of that data; cannot be changed later. Default: the account's `aws/rds` key."""

    enhanced_interval_seconds: int = 60
    """Seconds between measurements of the operating system: 0 (off), 1, 5, 10, 15, 30 or 60."""

    def __post_init__(self) -> None:
        """Refuse the intervals and days that RDS does not know."""
        if self.enhanced_interval_seconds not in _MONITORING_SECONDS:
            raise ValueError(
                f"enhanced_interval_seconds is {self.enhanced_interval_seconds}; RDS takes 0, 1, 5, 10, 15, 30 or 60"
            )
        if self.performance_insights_retention_days not in _PERFORMANCE_INSIGHTS_DAYS:
            raise ValueError(
                f"performance_insights_retention_days is {self.performance_insights_retention_days}; "
                "RDS takes 7, a multiple of 31 up to 713, or 731"
            )


@dataclass(frozen=True, kw_only=True)
class ReadReplica:
    """One read-only copy in the same region."""

    instance_class: str | None = None
    """Default: that of the primary."""

    zone: str | None = None
    """Availability zone. Default: AWS chooses."""
