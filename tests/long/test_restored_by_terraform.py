"""Terraform restores a database that was deleted, one that a migration destroyed, and one in a second region (D06).

The real provider waits for minutes, whatever the answer is; the database alone is applied, with a real PostgreSQL.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cdktf_cdktf_provider_aws.provider import AwsProvider

from aws.account import Account
from local.embedded import environment_variables
from modules.rds import (
    Availability,
    Backup,
    BackupCopy,
    BackupCopyInputs,
    Engine,
    Monitoring,
    Network,
    PostgreSql,
    PostgreSqlInputs,
    Storage,
)
from tests.dataplane.region import Region, World
from tests.dataplane.test_restored_databases import FIRST, backups, create, migrate_badly, rows
from tests.local.test_terraform import Terraform
from tests.support.postgres import free_port
from tests.support.stack import module_stack, synthesised
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

PASSWORD = "password-of-the-second"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    try:
        create(world.here)
        yield world
    finally:
        world.here.stop()
        world.there.stop()
        world.stop()


class Database:
    """The module of a database, for one region, as Terraform's configuration."""

    def __init__(self, region: Region, identifier: str, *, copied_to: Region | None = None) -> None:
        self.region, self.identifier, self.copied_to = region, identifier, copied_to
        ec2 = region.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        zones = [f"{region.name}{letter}" for letter in "ab"]
        subnets = {
            zone: ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=zone)
            for number, zone in enumerate(zones)
        }
        self.subnet_ids = {zone: answer["Subnet"]["SubnetId"] for zone, answer in subnets.items()}
        self.group_id = ec2.create_security_group(GroupName="database", Description="Database", VpcId=vpc)["GroupId"]
        self.port = free_port()
        self.keys = {each.name: each.kms.create_key()["KeyMetadata"]["Arn"] for each in (region, copied_to) if each}

    def configuration(self, **backup: Any) -> dict[str, Any]:
        with module_stack(self.region.name) as stack:
            inputs = PostgreSqlInputs(
                identifier=self.identifier,
                account=Account(region=self.region.name, id="123456789012"),
                database_name="app",
                username="app",
                password_expression=PASSWORD,
                password_version=1,
                engine=Engine(instance_class="db.t4g.small"),
                storage=Storage(kms_key_arn=self.keys[self.region.name]),
                network=Network(subnet_ids=self.subnet_ids, security_group_ids=[self.group_id], port=self.port),
                availability=Availability(multi_az=False),
                backup=Backup(**backup),
                monitoring=Monitoring(enhanced_interval_seconds=0),
            )
            database = PostgreSql(stack, "database", inputs).outputs
            if self.copied_to is not None:
                name = self.copied_to.name
                provider = AwsProvider(stack, "copies", region=name, alias="copies")
                copy = BackupCopyInputs(
                    source_db_instance_arn=database.arn, kms_key_arn=self.keys[name], provider=provider
                )
                BackupCopy(stack, f"backup-copy-{name}", copy)
            document = synthesised(stack).document
        document["terraform"].pop("backend", None)
        return document

    def address(self) -> str:
        (name,) = self.configuration()["resource"]["aws_db_instance"]
        return f"aws_db_instance.{name}"


def terraform(folder: Path, database: Database, **backup: Any) -> Terraform:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_LOG"))}
    variables = environment_variables(database.region.endpoint_url, database.region.name)
    result = Terraform(folder, database.configuration(**backup), {**inherited, **variables})
    result.run("init")
    return result


def plans_nothing(terraform: Terraform, database: Database) -> None:
    """With what it was restored from, and after that was taken out of the file."""
    assert "No changes." in terraform.run("plan", "-detailed-exitcode")
    write(terraform, database)
    assert "No changes." in terraform.run("plan", "-detailed-exitcode")


def write(terraform: Terraform, database: Database, **backup: Any) -> None:
    (terraform.folder / "main.tf.json").write_text(json.dumps(database.configuration(**backup)))


def test_terraform_restores_a_database_and_plans_nothing_afterwards(world: World, tmp_path: Path) -> None:
    here, there = world.here, world.there
    arn = backups(here)
    here.rds.delete_db_instance(DBInstanceIdentifier="shop", SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    shop = Database(here, "shop", copied_to=there)
    restored = terraform(tmp_path / "terraform" / "here", shop, restore_from_backup_arn=arn)
    restored.run("apply", "-auto-approve")
    assert rows(here, password=PASSWORD) == FIRST
    # The provider gives a restore to a point in time neither windows nor retention: the second apply sets them.
    restored.run("apply", "-auto-approve")
    assert "No changes." in restored.run("plan", "-detailed-exitcode")

    # The second region: replication has begun again with the new instance.
    (copied,) = there.rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert copied["Status"] == "replicating"
    recovery = Database(there, "recovery")
    recovered = terraform(
        tmp_path / "terraform" / "there", recovery, restore_from_backup_arn=copied["DBInstanceAutomatedBackupsArn"]
    )
    with recovered.start("apply", "-auto-approve") as applying:
        # Meanwhile a migration destroys data in the first.
        here.rds.create_db_snapshot(DBInstanceIdentifier="shop", DBSnapshotIdentifier="before")
        wait_for_restore(there)
        migrate_badly(here, PASSWORD)
        here.rds.modify_db_instance(DBInstanceIdentifier="shop", DeletionProtection=False, ApplyImmediately=True)
        write(restored, shop, restore_from_snapshot="before")
        restored.run("apply", "-auto-approve", f"-replace={shop.address()}")
        shown = applying.communicate()[0]
    assert applying.returncode == 0, shown
    with recovered.start("apply", "-auto-approve") as applying:
        plans_nothing(restored, shop)
        shown = applying.communicate()[0]
    assert applying.returncode == 0, shown
    plans_nothing(recovered, recovery)
    assert rows(here, password=PASSWORD) == FIRST
    assert rows(there, "recovery", PASSWORD) == FIRST
    (instance,) = here.rds.describe_db_instances()["DBInstances"]
    assert instance["DeletionProtection"]
    (final,) = here.rds.describe_db_snapshots(DBSnapshotIdentifier="shop-final")["DBSnapshots"]
    assert final["DbiResourceId"] != instance["DbiResourceId"]


def wait_for_restore(region: Region) -> None:
    """Until the copy has been made: what is written later is not in it."""
    wait_for("the restored instance", lambda: region.rds.describe_db_instances()["DBInstances"], 60)
