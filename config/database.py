"""The database and the cache."""

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
    """Size of the replica."""


class BackupCopy(Section):
    """Copies of the automated backups in a second region, from which a recovery environment can start (D06)."""

    region: Region
    """Another region than the environment's."""

    retention_days: Annotated[int, Field(ge=1, le=35)] = 14
    """Days of point-in-time recovery in that region."""


class Database(Section):
    """PostgreSQL on RDS: encrypted, in subnets without a route out, TLS forced (D01, D02)."""

    engine_version: Literal["14", "15", "16", "17"] = "16"
    """Major version; minor versions follow AWS in the maintenance window (D01)."""

    instance_class: InstanceClass
    """Size of the instance."""

    port: Annotated[int, Field(ge=1150, le=65535)] = 5432
    """Port that the database listens on."""

    allocated_storage_gib: Annotated[int, Field(ge=20, le=65536)] = 20
    """Storage at the start."""

    max_allocated_storage_gib: Annotated[int, Field(ge=20, le=65536)] = 100
    """Storage may grow by itself to this."""

    database_name: Annotated[
        str, Pattern(r"[a-z][a-z0-9_]{0,62}", "a letter, then up to 62 letters, digits and _", "app")
    ] = "app"
    """Name of the first database."""

    username: Annotated[
        str,
        Pattern(
            r"(?!rdsadmin$|admin$|postgres$|pg_)[a-z][a-z0-9_]{0,15}",
            "a letter, then up to 15 letters, digits and _; not a name that RDS keeps",
            "app",
        ),
    ] = "app"
    """Name of the master user."""

    password_version: Version = 1
    """Raise it to rotate the password; the value never reaches Terraform's state (D03)."""

    multi_az: bool = True
    """A standby in a second zone (D02)."""

    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 14
    """Days of point-in-time recovery."""

    backup_window: DailyWindow = "02:00-03:00"
    """When the daily snapshot is taken, UTC."""

    maintenance_window: WeeklyWindow = "sun:03:30-sun:04:30"
    """When AWS may patch, UTC."""

    deletion_protection: bool = True
    """AWS refuses to delete the database while this is on (D02)."""

    final_snapshot: bool = True
    """Take a snapshot when the database is deleted (D02)."""

    backup_replication: BackupCopy | None = None
    """A second region that gets the backups too (D06). Default: none."""

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
    """Snapshot that a new database starts from (D06): its users and data are those of the snapshot, the password is
    this environment's own. Default: none, an empty database. Taking it out later changes nothing."""

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
    """Automated backups, such as the copy in a second region, whose newest moment a new database starts from (D06).
    Default: none. Taking it out later changes nothing."""

    performance_insights: bool = True
    """Seven days of Performance Insights, which are free."""

    monitoring_interval_seconds: MonitoringIntervalSeconds = 60
    """Interval of enhanced monitoring; 0 turns it off."""

    read_replicas: dict[Word, Replica] = Field(default_factory=dict)
    """Read replicas by name. Default: none."""
