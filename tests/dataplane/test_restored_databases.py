"""Snapshots and automated backups of the emulated RDS hold the data, and what is restored from them has it (D06).

The real PostgreSQL runs for each instance, as the data plane runs it; rows are those that Airflow would miss.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError
from cryptography.fernet import Fernet

from local.interruptions import FAILOVER_SECONDS
from tests.dataplane.region import SHORTENED_BY, Region, World
from tests.support.postgres import free_port

pytestmark = pytest.mark.slow

HERE, THERE = "eu-west-1", "eu-central-1"
PROJECT = Path(__file__).resolve().parents[2]
KEY = Fernet.generate_key()
PASSWORD = "password-of-the-first"


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with TemporaryDirectory() as folder:
        world = World(Path(folder))
        try:
            yield world
        finally:
            world.here.stop()
            world.there.stop()
            world.stop()


@pytest.fixture
def world(running: World) -> Iterator[World]:
    """With the instance `shop` in the first region, and nothing else."""
    create(running.here)
    yield running
    for region in (running.here, running.there):
        region.clear()


def create(region: Region) -> None:
    """An instance with a connection of Airflow's and a run that has finished."""
    empty(region)
    with connect(region) as connection:
        connection.execute("CREATE TABLE connection (conn_id text PRIMARY KEY, password text)")
        connection.execute("CREATE TABLE dag_run (run_id text PRIMARY KEY, state text)")
        value = Fernet(KEY).encrypt(b"of the warehouse").decode()
        connection.execute("INSERT INTO connection VALUES ('warehouse', %s)", (value,))
        connection.execute("INSERT INTO dag_run VALUES ('monday', 'success')")


def empty(region: Region) -> None:
    key = region.kms.create_key()["KeyMetadata"]["Arn"]
    region.rds.create_db_instance(
        DBInstanceIdentifier="shop",
        Engine="postgres",
        EngineVersion="16",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="app",
        MasterUserPassword=PASSWORD,
        DBName="app",
        Port=free_port(),
        BackupRetentionPeriod=7,
        StorageEncrypted=True,
        KmsKeyId=key,
        MultiAZ=True,
    )


def connect(region: Region, password: str = PASSWORD) -> "psycopg.Connection[tuple[Any, ...]]":
    return region.connect("shop", password)


def rows(region: Region, identifier: str = "shop", password: str = PASSWORD) -> list[tuple[str, str]]:
    """Ids and decrypted passwords of connections, with the states of runs."""
    with region.connect(identifier, password) as connection:
        connections = connection.execute("SELECT conn_id, password FROM connection ORDER BY conn_id").fetchall()
        runs = connection.execute("SELECT run_id, state FROM dag_run ORDER BY run_id").fetchall()
    return [(name, Fernet(KEY).decrypt(value.encode()).decode()) for name, value in connections] + runs


def delete(region: Region, **how: Any) -> None:
    region.rds.delete_db_instance(DBInstanceIdentifier="shop", **({"SkipFinalSnapshot": True} | how))


FIRST = [("warehouse", "of the warehouse"), ("monday", "success")]


def migrate_badly(region: Region, password: str = PASSWORD) -> None:
    with connect(region, password) as connection:
        connection.execute("UPDATE connection SET password = NULL")
        connection.execute("INSERT INTO dag_run VALUES ('tuesday', 'failed')")


def replace(region: Region, **how: Any) -> None:
    """As Terraform does: the instance goes, and another one of its name starts from a snapshot or a moment."""
    delete(region, DeleteAutomatedBackups=False)
    source = (
        {"DBInstanceIdentifier": "shop"} if "DBSnapshotIdentifier" in how else {"TargetDBInstanceIdentifier": "shop"}
    )
    restore = (
        region.rds.restore_db_instance_from_db_snapshot
        if "DBSnapshotIdentifier" in how
        else region.rds.restore_db_instance_to_point_in_time
    )
    restore(**source, **how)
    region.rds.modify_db_instance(DBInstanceIdentifier="shop", MasterUserPassword="a-new-one", ApplyImmediately=True)


def backups(region: Region) -> str:
    """ARN of the automated backups."""
    (backup,) = region.rds.describe_db_instance_automated_backups(DBInstanceIdentifier="shop")[
        "DBInstanceAutomatedBackups"
    ]
    return str(backup["DBInstanceAutomatedBackupsArn"])


def test_a_snapshot_brings_back_what_a_bad_migration_has_changed(world: World) -> None:
    here = world.here
    with connect(here) as open_one:
        open_one.execute("BEGIN")
        open_one.execute("INSERT INTO dag_run VALUES ('not committed', 'running')")
        here.rds.create_db_snapshot(DBInstanceIdentifier="shop", DBSnapshotIdentifier="before")
        open_one.execute("COMMIT")
    migrate_badly(here)
    replace(here, DBSnapshotIdentifier="before")
    assert rows(here, password="a-new-one") == FIRST
    # What is written now stays, also when the server starts again.
    with connect(here, password="a-new-one") as connection:
        connection.execute("INSERT INTO dag_run VALUES ('wednesday', 'success')")
    here.rds.reboot_db_instance(DBInstanceIdentifier="shop")
    assert ("wednesday", "success") in rows(here, password="a-new-one")


def test_a_database_is_away_while_its_standby_takes_over_and_while_its_major_version_changes(world: World) -> None:
    here = world.here
    with connect(here) as before:
        started = time.time()
        here.rds.modify_db_instance(DBInstanceIdentifier="shop", DBInstanceClass="db.t4g.large", ApplyImmediately=True)
        assert rows(here) == FIRST
        assert time.time() - started >= FAILOVER_SECONDS / SHORTENED_BY
        with pytest.raises(psycopg.OperationalError):
            before.execute("SELECT 1")
    here.rds.create_db_snapshot(DBInstanceIdentifier="shop", DBSnapshotIdentifier="before")
    upgrade = {"EngineVersion": "18", "AllowMajorVersionUpgrade": True, "ApplyImmediately": True}
    here.rds.modify_db_instance(DBInstanceIdentifier="shop", **upgrade)
    with connect(here) as connection:
        assert connection.info.server_version // 10000 == 18
        connection.execute("INSERT INTO dag_run VALUES ('tuesday', 'success')")
    assert rows(here) == [*FIRST, ("tuesday", "success")]
    # A snapshot has the version of its moment.
    replace(here, DBSnapshotIdentifier="before")
    with connect(here, password="a-new-one") as connection:
        assert connection.info.server_version // 10000 == 16
    assert rows(here, password="a-new-one") == FIRST


def test_a_point_in_time_is_the_newest_copy_that_is_not_later(world: World) -> None:
    here = world.here
    arn = backups(here)
    too_early = datetime(2020, 1, 1, tzinfo=UTC)
    here.rds.create_db_snapshot(DBInstanceIdentifier="shop", DBSnapshotIdentifier="daily")
    time.sleep(1.1)  # RDS takes moments in seconds
    moment = datetime.now(UTC).replace(microsecond=0)
    migrate_badly(here)
    for wrong in ({}, {"RestoreTime": moment, "UseLatestRestorableTime": True}):
        with pytest.raises(ClientError, match="InvalidParameterCombination"):
            here.rds.restore_db_instance_to_point_in_time(
                TargetDBInstanceIdentifier="two", SourceDBInstanceAutomatedBackupsArn=arn, **wrong
            )
    with pytest.raises(ClientError, match="earlier than the earliest restorable time"):
        here.rds.restore_db_instance_to_point_in_time(
            TargetDBInstanceIdentifier="two", SourceDBInstanceAutomatedBackupsArn=arn, RestoreTime=too_early
        )
    replace(here, SourceDBInstanceAutomatedBackupsArn=arn, RestoreTime=moment)
    assert rows(here, password="a-new-one") == FIRST
    assert "shop: restored to" in world.stop()
    world.start()


def test_the_latest_moment_of_a_deleted_database_is_its_last_one(world: World) -> None:
    here = world.here
    arn = backups(here)
    with connect(here) as connection:
        connection.execute("INSERT INTO dag_run VALUES ('tuesday', 'success')")
    replace(here, SourceDBInstanceAutomatedBackupsArn=arn, UseLatestRestorableTime=True)
    assert rows(here, password="a-new-one") == [*FIRST, ("tuesday", "success")]
    (instance,) = here.rds.describe_db_instances()["DBInstances"]
    assert (instance["DeletionProtection"], instance["MultiAZ"], instance["BackupRetentionPeriod"]) == (False, False, 7)


def test_replicated_backups_start_a_database_in_the_second_region_after_the_first_is_lost(world: World) -> None:
    here, there = world.here, world.there
    (source,) = here.rds.describe_db_instances()["DBInstances"]
    key = there.kms.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ClientError, match="in this region"):
        here.rds.start_db_instance_automated_backups_replication(SourceDBInstanceArn=source["DBInstanceArn"])
    copied = there.rds.start_db_instance_automated_backups_replication(
        SourceDBInstanceArn=source["DBInstanceArn"], KmsKeyId=key, BackupRetentionPeriod=5
    )["DBInstanceAutomatedBackup"]
    (source,) = here.rds.describe_db_instances()["DBInstances"]
    arn = copied["DBInstanceAutomatedBackupsArn"]
    assert source["DBInstanceAutomatedBackupsReplications"] == [{"DBInstanceAutomatedBackupsArn": arn}]
    assert (copied["Status"], copied["Region"], copied["BackupRetentionPeriod"]) == ("replicating", HERE, 5)
    delete(here)
    assert there.rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"][0]["Status"] == "retained"
    restored = there.rds.restore_db_instance_to_point_in_time(
        TargetDBInstanceIdentifier="recovery", SourceDBInstanceAutomatedBackupsArn=arn, UseLatestRestorableTime=True
    )["DBInstance"]
    assert restored["KmsKeyId"] == key
    assert rows(there, "recovery") == FIRST
    there.rds.delete_db_instance_automated_backup(DBInstanceAutomatedBackupsArn=arn)
    with pytest.raises(ClientError, match="DBInstanceAutomatedBackupNotFound"):
        there.rds.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=arn)


def test_a_copied_snapshot_starts_a_database_in_the_second_region(world: World) -> None:
    here, there = world.here, world.there
    snapshot = here.rds.create_db_snapshot(DBInstanceIdentifier="shop", DBSnapshotIdentifier="mine")["DBSnapshot"]
    key = there.kms.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ClientError, match="another region"):
        there.rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier="recovery", DBSnapshotIdentifier=snapshot["DBSnapshotArn"]
        )
    there.rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier=snapshot["DBSnapshotArn"],
        TargetDBSnapshotIdentifier="copied",
        KmsKeyId=key,
        SourceRegion=HERE,
    )
    migrate_badly(here)
    there.rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="recovery", DBSnapshotIdentifier="copied")
    assert rows(there, "recovery") == FIRST


def test_a_database_of_the_name_of_a_deleted_one_is_empty(world: World) -> None:
    delete(world.here)
    empty(world.here)
    with connect(world.here) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_renamed_database_keeps_its_data_beside_the_one_that_takes_its_place(world: World) -> None:
    here = world.here
    here.rds.create_db_snapshot(DBInstanceIdentifier="shop", DBSnapshotIdentifier="before")
    migrate_badly(here)
    here.rds.modify_db_instance(DBInstanceIdentifier="shop", NewDBInstanceIdentifier="shop-old", ApplyImmediately=True)
    here.rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="shop", DBSnapshotIdentifier="before", Port=free_port()
    )
    with here.connect("shop-old", PASSWORD) as connection:
        assert connection.execute("SELECT state FROM dag_run WHERE run_id = 'tuesday'").fetchone() == ("failed",)
    assert rows(here) == FIRST


def test_copies_are_saved_with_the_account_and_go_with_what_needs_them(world: World) -> None:
    here = world.here
    delete(here, SkipFinalSnapshot=False, FinalDBSnapshotIdentifier="shop-final")
    world.stop()
    world.start()
    assert world.copies() == 1
    here.rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="shop", DBSnapshotIdentifier="shop-final")
    here.rds.delete_db_snapshot(DBSnapshotIdentifier="shop-final")
    assert rows(here) == FIRST
    delete(here)
    world.save()
    assert world.copies() == 0


def test_a_copy_that_is_lost_is_named_and_no_empty_database_starts(world: World) -> None:
    here = world.here
    delete(here, SkipFinalSnapshot=False, FinalDBSnapshotIdentifier="shop-final")
    for copy in (world.folder / "saved" / "databases").iterdir():
        copy.rename(world.folder / "lost")
    here.rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="shop", DBSnapshotIdentifier="shop-final")
    (problem,) = here.problems()
    assert "is missing" in problem
