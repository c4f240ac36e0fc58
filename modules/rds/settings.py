"""Groups of inputs of a database; each refuses what RDS would refuse."""

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
    """Version, instance class and parameters of PostgreSQL."""

    major_version: str = "16"
    """Major version, such as `16`; AWS manages the minor version (D01)."""

    instance_class: str
    """Such as `db.t4g.micro` (2 vCPU, 1 GiB) or `db.m7g.large` (2 vCPU, 8 GiB)."""

    log_min_duration_statement_ms: int = 1000
    """Log statements that take longer than this; -1 logs none. Default: 1000."""

    log_statement: Literal["none", "ddl", "mod", "all"] = "ddl"
    """Statements that are always logged. Default: `ddl`, schema changes, a cheap audit trail."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    """Further dynamic parameters by name; they take effect at once."""

    static_parameters: Mapping[str, str] = field(default_factory=dict)
    """Further static parameters by name, such as `max_connections`; they take effect at the next reboot."""

    ca_certificate_identifier: str | None = None
    """Certificate authority of the server certificate. Default: AWS's, `rds-ca-rsa2048-g1`, valid until 2061. With a
    name the provider modifies the new instance right after its creation, which takes as long again."""

    allow_major_version_upgrade: bool = False
    """Allow an upgrade to a new `major_version`. Default: no; AWS then refuses the change."""

    def __post_init__(self) -> None:
        """Refuse a minor version and parameters that the module owns."""
        if not re.fullmatch(r"1[3-9]|[2-9]\d", self.major_version):
            raise ValueError(
                f"major_version is {self.major_version!r}; name the major version alone, such as '16' (D01)"
            )
        owned = {"rds.force_ssl", "log_min_duration_statement", "log_statement"}
        if clash := sorted(owned & {*self.parameters, *self.static_parameters}):
            raise ValueError(f"parameters may not name {', '.join(clash)}; the module sets them")


@dataclass(frozen=True, kw_only=True)
class Storage:
    """Encrypted gp3 storage."""

    allocated_gib: int = 20
    """Initial size, 20 to 65536. Default: 20, the minimum."""

    max_allocated_gib: int | None = None
    """Size up to which RDS grows the volume automatically. Default: none, no autoscaling."""

    kms_key_arn: str | None = None
    """KMS key of volume and snapshots. Default: the account's `aws/rds` key. A later change replaces the database."""

    iops: int | None = None
    """Provisioned IOPS above gp3's 12000; only from 400 GiB. Default: the baseline of the size (3000 below 400 GiB)."""

    throughput_mib_per_second: int | None = None
    """Provisioned MiB/s, only from 400 GiB. Default: the baseline of the size (125 below 400 GiB)."""

    def __post_init__(self) -> None:
        """Refuse sizes that RDS would refuse."""
        if not 20 <= self.allocated_gib <= 65536:
            raise ValueError(f"allocated_gib is {self.allocated_gib}; gp3 allows 20 to 65536 GiB")
        if self.max_allocated_gib is not None and self.max_allocated_gib * 10 < self.allocated_gib * 11:
            raise ValueError(
                f"max_allocated_gib is {self.max_allocated_gib}; RDS requires 10 % more than {self.allocated_gib} GiB"
            )
        if (self.iops or self.throughput_mib_per_second) and self.allocated_gib < _GIB_THAT_TAKE_IOPS:
            raise ValueError(f"iops and throughput need at least 400 GiB; allocated_gib is {self.allocated_gib}")


@dataclass(frozen=True, kw_only=True)
class Network:
    """Network placement of the database. It is never public (D02)."""

    subnet_ids: Mapping[str, str]
    """Isolated subnets by zone name, in at least two zones."""

    security_group_ids: Sequence[str]
    """Security groups of the instance and of its replicas."""

    port: int = 5432
    """TCP port. Default: 5432, as in PostgreSQL."""

    def __post_init__(self) -> None:
        """Refuse fewer than two zones."""
        if len(self.subnet_ids) < 2:
            raise ValueError(f"subnet_ids names {len(self.subnet_ids)} zone(s); RDS requires at least two (N01)")


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Failover, deletion protection and maintenance."""

    multi_az: bool = True
    """Keep a standby in a second zone. Default: yes (D02)."""

    deletion_protection: bool = True
    """AWS refuses to delete the instance. Default: yes (D02)."""

    final_snapshot: bool = True
    """Keep a final snapshot and the automated backups at deletion. Default: yes (D02)."""

    final_snapshot_identifier: str | None = None
    """Name of the final snapshot. Default: `<identifier>-final`; choose another if that exists already."""

    maintenance_window: str = "sun:04:30-sun:05:30"
    """Weekly, UTC, at least 30 minutes. Default: early Sunday morning in Europe."""

    apply_immediately: bool = False
    """Apply disruptive changes at once instead of in the maintenance window. Default: no."""

    def __post_init__(self) -> None:
        """Refuse a window in another form."""
        if not _MAINTENANCE_WINDOW.fullmatch(self.maintenance_window):
            raise ValueError(f"maintenance_window is {self.maintenance_window!r}; write it as 'sun:04:30-sun:05:30'")


@dataclass(frozen=True, kw_only=True)
class Backup:
    """Automated backups, and a snapshot or backup to restore from."""

    retention_days: int = 14
    """Days of point-in-time recovery, 0 to 35; 0 turns backups and replicas off. Default: 14 (D02)."""

    window: str = "02:00-03:00"
    """Daily, UTC, at least 30 minutes, outside the maintenance window."""

    restore_from_snapshot: str | None = None
    """Snapshot from which a *new* database is restored (D06). Removing it later has no effect.

    Database name and user name are those of the snapshot; the password is replaced by this deployment's.
    """

    restore_from_backup_arn: str | None = None
    """Automated backups to restore a *new* database from, such as a copy from another region (D06). Removing it later
    has no effect."""

    restore_to_time: str | None = None
    """Moment of these backups, `2026-11-27T02:05:00Z`. Default: the latest restorable time."""

    def __post_init__(self) -> None:
        """Refuse what RDS would refuse."""
        if self.restore_from_snapshot and self.restore_from_backup_arn:
            raise ValueError("restore_from_snapshot and restore_from_backup_arn are both given; choose one")
        if self.restore_to_time and not self.restore_from_backup_arn:
            raise ValueError("restore_to_time is given without restore_from_backup_arn, whose moment it is")
        if not 0 <= self.retention_days <= 35:
            raise ValueError(f"retention_days is {self.retention_days}; RDS keeps backups for 0 to 35 days")
        if not _BACKUP_WINDOW.fullmatch(self.window):
            raise ValueError(f"window is {self.window!r}; write it as '02:00-03:00'")


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """Logs and metrics of the database."""

    log_retention_days: int = 30
    """Days that the PostgreSQL and upgrade logs are kept. Default: 30."""

    log_kms_key_arn: str | None = None
    """KMS key of the log groups; its policy must allow CloudWatch Logs. Default: an AWS-owned key."""

    performance_insights: bool = True
    """Turn on Performance Insights. For PostgreSQL every instance class has it, even `db.t4g.micro`. Default: on."""

    performance_insights_retention_days: int = 7
    """7, a multiple of 31 up to 713, or 731. Default: 7, which is free."""

    performance_insights_kms_key_arn: str | None = None
    """KMS key of Performance Insights; it cannot be changed later. Default: the account's `aws/rds` key."""

    enhanced_interval_seconds: int = 60
    """Interval of enhanced monitoring: 0 (off), 1, 5, 10, 15, 30 or 60. Default: 60."""

    def __post_init__(self) -> None:
        """Refuse intervals and retention periods that RDS does not support."""
        if self.enhanced_interval_seconds not in _MONITORING_SECONDS:
            raise ValueError(
                f"enhanced_interval_seconds is {self.enhanced_interval_seconds}; RDS accepts 0, 1, 5, 10, 15, 30 or 60"
            )
        if self.performance_insights_retention_days not in _PERFORMANCE_INSIGHTS_DAYS:
            raise ValueError(
                f"performance_insights_retention_days is {self.performance_insights_retention_days}; "
                "RDS accepts 7, a multiple of 31 up to 713, or 731"
            )


@dataclass(frozen=True, kw_only=True)
class ReadReplica:
    """A read replica in the same region."""

    instance_class: str | None = None
    """Instance class. Default: that of the primary."""

    zone: str | None = None
    """Availability zone. Default: AWS chooses."""
