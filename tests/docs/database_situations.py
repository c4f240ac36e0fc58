"""The commands of the runbooks about snapshots and backups, each in the situation that it is for."""

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from local.embedded import environment_variables
from tests.docs.database_commands import (
    BACKUPS,
    BACKUPS_IN_REGION,
    CHECK,
    FERNET_KEYS,
    TAKE_SNAPSHOT,
    UNPROTECT,
    WAIT_FOR_SNAPSHOT,
    aws_in,
)
from tests.docs.release_situations import situation
from tests.docs.runbook_command import RunbookCommand
from tests.docs.runbooks import ROOT

REGION, SECOND_REGION = "eu-west-1", "eu-central-1"


class Database:
    """An instance that is protected, with automated backups."""

    def __init__(self, runbook: RunbookCommand) -> None:
        self.runbook = runbook
        self.name = f"database-{runbook.web.number}"
        self.rds = self.client("rds")
        self.arn = self.rds.create_db_instance(
            DBInstanceIdentifier=self.name,
            Engine="postgres",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername="app",
            MasterUserPassword="0123456789abcdef",
            BackupRetentionPeriod=7,
            DeletionProtection=True,
        )["DBInstance"]["DBInstanceArn"]

    def client(self, service: str, region: str = REGION) -> Any:
        return client(self.runbook, service, region)

    def snapshots(self) -> set[str]:
        answer = self.rds.describe_db_snapshots(DBInstanceIdentifier=self.name, SnapshotType="manual")
        return {each["DBSnapshotIdentifier"] for each in answer["DBSnapshots"]}

    def delete(self) -> str:
        """Delete it with its backups retained; returns their ARN."""
        self.rds.modify_db_instance(DBInstanceIdentifier=self.name, DeletionProtection=False, ApplyImmediately=True)
        self.rds.delete_db_instance(
            DBInstanceIdentifier=self.name, SkipFinalSnapshot=True, DeleteAutomatedBackups=False
        )
        answer = self.rds.describe_db_instance_automated_backups(DBInstanceIdentifier=self.name)
        return str(answer["DBInstanceAutomatedBackups"][0]["DBInstanceAutomatedBackupsArn"])


def client(runbook: RunbookCommand, service: str, region: str = REGION) -> Any:
    user = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    url = runbook.web.shared.endpoint_url
    return boto3.client(service, region_name=region, endpoint_url=url, **user)  # type: ignore[call-overload]


def aws(runbook: RunbookCommand, **values: str) -> str:
    """Run the command; returns what it prints."""
    for name, value in environment_variables(runbook.web.shared.endpoint_url, REGION).items():
        runbook.monkeypatch.setenv(name, value)
    tools = aws_in(runbook.root / "tools")
    runbook.monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    done = runbook.shell(runbook.root, **values)
    assert done.code == 0, done.err
    return done.out


@situation(
    "aws rds describe-db-snapshots --db-instance-identifier DATABASE --query "
    '"DBSnapshots[].[DBSnapshotIdentifier,SnapshotType,SnapshotCreateTime]" --output text'
)
def which_snapshots_there_are(runbook: RunbookCommand) -> None:
    database = Database(runbook)
    database.rds.create_db_snapshot(DBInstanceIdentifier=database.name, DBSnapshotIdentifier=f"{database.name}-mine")
    kinds = [line.split("\t")[1] for line in aws(runbook, DATABASE=database.name).splitlines()]
    assert sorted(kinds) == ["automated", "manual"]


@situation(BACKUPS)
def which_backups_there_are(runbook: RunbookCommand) -> None:
    database = Database(runbook)
    arn = database.delete()
    status, shown, latest = aws(runbook, DATABASE=database.name).strip().split("\t")
    assert (status, shown) == ("retained", arn)
    assert datetime.now(UTC) - datetime.fromisoformat(latest) < timedelta(minutes=5)


@situation(TAKE_SNAPSHOT)
def keep_what_is_there(runbook: RunbookCommand) -> None:
    database = Database(runbook)
    aws(runbook, DATABASE=database.name, SNAPSHOT=f"{database.name}-kept")
    assert database.snapshots() == {f"{database.name}-kept"}


@situation(WAIT_FOR_SNAPSHOT)
def wait_until_it_is_complete(runbook: RunbookCommand) -> None:
    database = Database(runbook)
    database.rds.create_db_snapshot(DBInstanceIdentifier=database.name, DBSnapshotIdentifier=f"{database.name}-kept")
    assert aws(runbook, SNAPSHOT=f"{database.name}-kept") == ""


@situation(UNPROTECT)
def lift_the_protection_of_the_database(runbook: RunbookCommand) -> None:
    database = Database(runbook)
    aws(runbook, DATABASE=database.name)
    database.rds.delete_db_instance(DBInstanceIdentifier=database.name, SkipFinalSnapshot=True)


@situation(BACKUPS_IN_REGION)
def which_copies_there_are(runbook: RunbookCommand) -> None:
    database = Database(runbook)
    there = database.client("rds", SECOND_REGION)
    there.start_db_instance_automated_backups_replication(SourceDBInstanceArn=database.arn)
    lines = [line.split("\t") for line in aws(runbook, REGION=SECOND_REGION).splitlines()]
    (line,) = [each for each in lines if each[0] == database.name]
    assert line[1] == "replicating"
    assert line[2].startswith(f"arn:aws:rds:{SECOND_REGION}:")


@situation("aws rds delete-db-snapshot --db-snapshot-identifier SNAPSHOT")
def remove_a_snapshot(runbook: RunbookCommand) -> None:
    database = Database(runbook)
    database.rds.create_db_snapshot(DBInstanceIdentifier=database.name, DBSnapshotIdentifier=f"{database.name}-final")
    aws(runbook, SNAPSHOT=f"{database.name}-final")
    assert not database.snapshots()


@situation(
    "aws rds copy-db-snapshot --source-db-snapshot-identifier DATABASE-final --target-db-snapshot-identifier SNAPSHOT"
)
def keep_a_snapshot_under_another_name(runbook: RunbookCommand) -> None:
    database = Database(runbook)
    database.rds.create_db_snapshot(DBInstanceIdentifier=database.name, DBSnapshotIdentifier=f"{database.name}-final")
    aws(runbook, DATABASE=database.name, SNAPSHOT=f"{database.name}-kept")
    assert database.snapshots() == {f"{database.name}-final", f"{database.name}-kept"}


@situation("aws rds delete-db-instance-automated-backup --region REGION --db-instance-automated-backups-arn BACKUP_ARN")
def remove_backups(runbook: RunbookCommand) -> None:
    database = Database(runbook)
    aws(runbook, REGION=REGION, BACKUP_ARN=database.delete())
    assert not database.rds.describe_db_instance_automated_backups(DBInstanceIdentifier=database.name)[
        "DBInstanceAutomatedBackups"
    ]


@situation(FERNET_KEYS)
def where_the_fernet_keys_are(runbook: RunbookCommand) -> None:
    name = f"shop/prod-{runbook.web.number}/airflow/fernet-keys"
    client(runbook, "secretsmanager").create_secret(
        Name=name, SecretString="keys", AddReplicaRegions=[{"Region": SECOND_REGION}]
    )
    described = json.loads(aws(runbook, REGION=SECOND_REGION, SECRET=name))
    assert described["ARN"].startswith(f"arn:aws:secretsmanager:{SECOND_REGION}:")


@situation("aws secretsmanager restore-secret --secret-id SECRET")
def keep_a_secret_that_was_destroyed(runbook: RunbookCommand) -> None:
    name, secrets = f"shop/prod-{runbook.web.number}/airflow/fernet-keys", client(runbook, "secretsmanager")
    secrets.create_secret(Name=name, SecretString="keys")
    secrets.delete_secret(SecretId=name, RecoveryWindowInDays=30)
    aws(runbook, SECRET=name)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "keys"


@situation("aws kms schedule-key-deletion --key-id KEY_ID --pending-window-in-days 30")
def remove_a_key(runbook: RunbookCommand) -> None:
    kms = client(runbook, "kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    aws(runbook, KEY_ID=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"


@situation(CHECK)
def check_the_file(runbook: RunbookCommand) -> None:
    checked = runbook.shell(ROOT, ENV="prod")
    assert checked.code == 0, checked.err
    assert "prod" in checked.text
