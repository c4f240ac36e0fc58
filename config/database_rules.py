"""Rules on the database: storage, what must stay and what must not (D02, S05), restore and backup replication (D06)."""

from collections.abc import Iterator
from datetime import datetime

from config.aws import Aws
from config.base import Kind
from config.database import Database
from config.errors import Problem
from config.load_balancer import LoadBalancer
from config.rule import is_valid, problem


def backups_go_to_another_region(aws: Aws, database: Database) -> Iterator[Problem]:
    """A copy in the same region is lost with the region."""
    copy = database.backup_replication
    if copy is not None and copy.region == aws.region:
        message = "is the environment's own region; allowed: another region (D06)"
        yield problem("database/backup_replication/region", copy.region, message)


def a_database_starts_from_one_thing(aws: Aws, database: Database) -> Iterator[Problem]:
    """A snapshot, or the latest restorable time of a backup; either is in the region of the database."""
    if database.restore_from_snapshot and database.restore_from_backup_arn:
        message = "cannot be combined with restore_from_snapshot; allowed: one of the two (D06)"
        yield problem("database/restore_from_backup_arn", database.restore_from_backup_arn, message)
    if database.restore_to_time and not database.restore_from_backup_arn:
        message = "is a moment of no backups; allowed: with restore_from_backup_arn (D06)"
        yield problem("database/restore_to_time", database.restore_to_time, message)
    if database.restore_to_time and not _is_on_the_calendar(database.restore_to_time):
        message = "is on no day of the calendar; allowed: a moment of these backups, in UTC (D06)"
        yield problem("database/restore_to_time", database.restore_to_time, message)
    for key in ("restore_from_snapshot", "restore_from_backup_arn"):
        value = getattr(database, key) or ""
        if value.startswith("arn:") and value.split(":")[3] != aws.region:
            message = f'is in another region; allowed: one in "{aws.region}", so copy it there first (D06)'
            yield problem(f"database/{key}", value, message)


def _is_on_the_calendar(moment: str) -> bool:
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True


def storage_may_grow(database: Database) -> Iterator[Problem]:
    """Storage only grows; RDS requires a limit at least 10% above the initial storage."""
    least = -(-database.allocated_storage_gib * 11 // 10)
    if database.max_allocated_storage_gib < least:
        yield problem(
            "database/max_allocated_storage_gib",
            database.max_allocated_storage_gib,
            f"leaves no room above allocated_storage_gib = {database.allocated_storage_gib}; allowed: {least} or more",
        )


def what_is_thrown_away_is_not_kept(
    throw_away: bool | None, kind: Kind, database: Database, load_balancer: LoadBalancer
) -> Iterator[Problem]:
    """Deleting everything unasked is for development, and contradicts what protects or keeps something."""
    if not throw_away:
        return
    if kind != "development":
        yield problem("throw_away", True, f'is not allowed where kind = "{kind}"; allowed: false (S05)')
    keeping = {
        "database/final_snapshot": database.final_snapshot,
        "database/deletion_protection": database.deletion_protection,
        "load_balancer/deletion_protection": load_balancer.deletion_protection,
    }
    for key, keeps in keeping.items():
        if keeps:
            yield problem(key, True, "keeps something of an environment with throw_away = true; allowed: false (S05)")


def production_data_survives(kind: Kind, database: Database) -> Iterator[Problem]:
    """D02: in production Multi-AZ, deletion protection, a final snapshot, and backups of a week or more."""
    if kind != "production":
        return
    for key in ("multi_az", "deletion_protection", "final_snapshot"):
        if is_valid(database, key) and not getattr(database, key):
            yield problem(f"database/{key}", False, 'is not allowed where kind = "production"; allowed: true (D02)')
    if database.backup_retention_days < 7:
        yield problem(
            "database/backup_retention_days",
            database.backup_retention_days,
            'is too short where kind = "production"; allowed: 7 to 35 (D02)',
        )


RULES = (
    backups_go_to_another_region,
    a_database_starts_from_one_thing,
    storage_may_grow,
    what_is_thrown_away_is_not_kept,
    production_data_survives,
)
