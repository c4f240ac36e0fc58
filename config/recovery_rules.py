"""Rules about where a database starts from and where its backups go (D06), beside those of `config.rules`."""

from collections.abc import Iterator

from config.aws import Aws
from config.data import Database
from config.errors import Problem
from config.rules import problem, rule


@rule
def backups_go_to_another_region(aws: Aws, database: Database) -> Iterator[Problem]:
    """A copy in the same region is lost with the region."""
    copy = database.copy_backups_to
    if copy is not None and copy.region == aws.region:
        message = "is the environment's own region; allowed: another one, which is not lost with it (D06)"
        yield problem("database/copy_backups_to/region", copy.region, message)


@rule
def a_database_starts_from_one_thing(aws: Aws, database: Database) -> Iterator[Problem]:
    """A snapshot, or the newest moment of a backup; both lie in the region in which the database is made."""
    if database.restore_from_snapshot and database.restore_from_backup_arn:
        message = "cannot be there beside restore_from_snapshot; leave it out, or that one (D06)"
        yield problem("database/restore_from_backup_arn", database.restore_from_backup_arn, message)
    for key in ("restore_from_snapshot", "restore_from_backup_arn"):
        value = getattr(database, key) or ""
        if value.startswith("arn:") and value.split(":")[3] != aws.region:
            message = f'is in another region; allowed: one in "{aws.region}", so copy it there first (D06)'
            yield problem(f"database/{key}", value, message)
