"""The database."""

from typing import Annotated, Literal

from pydantic import Field

from aws.database_instances import ALLOWED, INSTANCE_CLASS_PATTERN
from config.aws import Region
from config.base import DailyWindow, Section, Version, WeeklyWindow, Word
from config.pattern import Pattern

InstanceClass = Annotated[str, Pattern(INSTANCE_CLASS_PATTERN, ALLOWED, "db.t4g.medium")]
"""The size of a database instance."""

MonitoringIntervalSeconds = Literal[0, 1, 5, 10, 15, 30, 60]


class Replica(Section):
    """A read replica of the database."""

    instance_class: InstanceClass
    """RDS instance class of the replica."""


class BackupCopy(Section):
    """Replication of automated backups to a second region, from which a recovery environment can start (D06)."""

    region: Annotated[Region, Field(examples=["eu-central-1"])]
    """Region of the copies; not the environment's own."""

    retention_days: Annotated[int, Field(ge=1, le=35)] = 14
    """How far back point-in-time recovery reaches in that region."""

    enabled: bool = True
    """Whether backups are replicated. Before you remove this table or name another region, set it to false and apply:
    then Terraform has nothing left in the region. The key of the copies stays there, without Terraform, where the
    database has a final snapshot: what was copied cannot be read without it. Default: yes."""


class Database(Section):
    """PostgreSQL on RDS: encrypted, in isolated subnets, with TLS enforced (D01, D02)."""

    engine_version: Annotated[
        str, Pattern(r"[1-9][0-9]?", 'a major version of PostgreSQL in quotes such as "16"', "16")
    ] = "16"
    """Major version of PostgreSQL, from 14 on. AWS upgrades minor versions in the maintenance window (D01). RDS refuses
    a change to another major version, because Windlass does not set `allow_major_version_upgrade`. `./windlass check`
    says when standard support ends."""

    instance_class: InstanceClass
    """RDS instance class. The class also limits the number of connections. A mistyped one is refused, one that is newer
    than Windlass's table gives a notice. A change waits for `maintenance_window` unless `apply_immediately` is true."""

    port: Annotated[int, Field(ge=1150, le=65535)] = 5432
    """TCP port of the database."""

    allocated_storage_gib: Annotated[int, Field(ge=20, le=65536)] = 20
    """Storage at creation. RDS can increase storage, not reduce it."""

    max_allocated_storage_gib: Annotated[int, Field(ge=20, le=65536)] = 100
    """Limit of storage autoscaling. Must be at least 10 % above `allocated_storage_gib`."""

    database_name: Annotated[
        str, Pattern(r"[a-z][a-z0-9_]{0,62}", "a letter, then up to 62 letters, digits and _", "shop")
    ] = "app"
    """Name of the database for web services. Cannot be changed later: a change replaces the whole instance, which
    `deletion_protection` prevents."""

    username: Annotated[
        str,
        Pattern(
            r"(?!rdsadmin$|admin$|postgres$|pg_)[a-z][a-z0-9_]{0,15}",
            "a letter, then up to 15 letters, digits and _; not a name reserved by RDS",
            "shop_admin",
        ),
    ] = "app"
    """Name of the master user. Cannot be changed later: a change replaces the whole instance, which
    `deletion_protection` prevents."""

    password_version: Version = 1
    """Rotation number of the master password. Increase it by one and apply, first `data`, then `service`. Running tasks
    of web services keep the old password until their next deployment, and cannot open new connections with it (D04).
    The password itself never appears in Terraform's state (D03)."""

    multi_az: bool = True
    """Keep a standby in a second availability zone (D02). Must be true in production."""

    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 14
    """How far back point-in-time recovery reaches. At least 7 in production."""

    backup_window: DailyWindow = "02:00-03:00"
    """Daily window for the automated backup: `hh:mm-hh:mm` in UTC, at least 30 minutes. Must not overlap with
    `maintenance_window`."""

    maintenance_window: WeeklyWindow = "sun:03:30-sun:04:30"
    """Weekly window for maintenance by AWS: `ddd:hh:mm-ddd:hh:mm` in UTC, at least 30 minutes. Must not overlap with
    `backup_window`."""

    apply_immediately: bool = False
    """Apply changes of the instance at once, which can interrupt it for minutes, as with another `instance_class`. If
    false, such changes wait for `maintenance_window`, and every plan shows them until then."""

    deletion_protection: bool = True
    """Protect the database from deletion (D02). Must be true in production."""

    final_snapshot: bool = True
    """Take a snapshot named `<project>-<environment>-final` before the database is deleted (D02). Must be true in
    production."""

    backup_replication: BackupCopy | None = None
    """Replicate automated backups to a second region (D06). Default: off."""

    restore_from_snapshot: (
        Annotated[
            str,
            Pattern(
                r"(arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:(snapshot|cluster-snapshot):)?(rds:)?[A-Za-z][A-Za-z0-9-]{0,254}",
                "the name or the ARN of a snapshot",
                "rds:shop-prod-2026-11-27-02-05",
            ),
        ]
        | None
    ) = None
    """Name or ARN of a snapshot. The database is created from this snapshot instead of empty (D06). Data and names are
    those of the snapshot, so `database_name` and `username` must be those too: with others the next plan replaces the
    database. The master password is replaced. Only used when the database is created. Default: the database starts
    empty."""

    restore_from_backup_arn: (
        Annotated[
            str,
            Pattern(
                r"arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:auto-backup:[A-Za-z0-9-]+",
                'the ARN of automated backups, such as "arn:aws:rds:eu-central-1:123456789012:auto-backup:ab-1"',
                "arn:aws:rds:eu-central-1:123456789012:auto-backup:ab-1",
            ),
        ]
        | None
    ) = None
    """ARN of automated backups, such as those replicated to a second region. The database is created from them, at
    `restore_to_time`, instead of empty (D06). Only used when the database is created; apply twice, since such a restore
    does not take windows, retention and Performance Insights. Not allowed together with `restore_from_snapshot`.
    Default: the database starts empty."""

    restore_to_time: (
        Annotated[
            str,
            Pattern(
                r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ",
                'a moment in UTC, in quotes, such as "2026-11-27T02:05:00Z"',
                "2026-11-27T02:05:00Z",
            ),
        ]
        | None
    ) = None
    """Moment in UTC at which the database is restored from `restore_from_backup_arn`, such as the last one before a bad
    migration (D06). Only used when the database is created. Default: the latest restorable time."""

    performance_insights: bool = True
    """Enable Performance Insights with seven days of history, which is free."""

    monitoring_interval_seconds: MonitoringIntervalSeconds = 60
    """Interval of enhanced monitoring (OS metrics), which AWS bills as CloudWatch Logs; 0 disables enhanced
    monitoring."""

    read_replicas: dict[Word, Replica] = Field(default_factory=dict)
    """Read replicas by name. Default: none."""
