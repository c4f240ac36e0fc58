"""Copies of backups in a second region, and databases that start from what there is (D06)."""

from pathlib import Path
from typing import Any

import pytest

from modules.rds import Backup, BackupCopyInputs
from tests.layers.test_terraform_validate import validate
from tests.support.documents import Documents, documents, documents_of

pytestmark = pytest.mark.slow

SNAPSHOT = "arn:aws:rds:eu-west-1:123456789012:snapshot:shop-final"
COPY = "arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-1b2c3d"


def instance(all_documents: Documents) -> dict[str, Any]:
    body: dict[str, Any] = all_documents["data"]["resource"]["aws_db_instance"]["database_instance"]
    return body


def starting_from(**values: str) -> dict[str, Any]:
    return instance(documents_of("prod", lambda data: data["database"].update(values)))


def test_the_copy_is_created_in_the_second_region_with_a_key_of_that_region() -> None:
    data = documents("prod")["data"]
    (copy,) = data["resource"]["aws_db_instance_automated_backups_replication"].values()
    assert copy["source_db_instance_arn"] == "${aws_db_instance.database_instance.arn}"
    assert copy["kms_key_id"] == "${aws_kms_key.backup-key-eu-central-1_key.arn}"
    assert copy["provider"] == "aws.backups-eu-central-1"
    assert data["resource"]["aws_kms_key"]["backup-key-eu-central-1_key"]["provider"] == "aws.backups-eu-central-1"
    (second,) = [one for one in data["provider"]["aws"] if one.get("alias") == "backups-eu-central-1"]
    assert second["region"] == "eu-central-1"
    assert second["allowed_account_ids"] == ["123456789012"]


def test_there_is_no_copy_by_default() -> None:
    data = documents("staging")["data"]
    assert "aws_db_instance_automated_backups_replication" not in data["resource"]
    assert len(data["provider"]["aws"]) == 1


def test_a_database_starts_from_a_snapshot_under_a_password_of_its_own() -> None:
    body = starting_from(restore_from_snapshot=SNAPSHOT)
    assert body["snapshot_identifier"] == SNAPSHOT
    assert body["password_wo"] == instance(documents("prod"))["password_wo"]


def test_a_database_starts_from_the_newest_moment_of_a_copy() -> None:
    body = starting_from(restore_from_backup_arn=COPY)
    assert body["restore_to_point_in_time"] == {
        "source_db_instance_automated_backups_arn": COPY,
        "use_latest_restorable_time": True,
    }


def test_a_database_starts_from_a_moment_of_a_copy() -> None:
    body = starting_from(restore_from_backup_arn=COPY, restore_to_time="2026-11-27T02:05:00Z")
    assert body["restore_to_point_in_time"] == {
        "source_db_instance_automated_backups_arn": COPY,
        "restore_time": "2026-11-27T02:05:00Z",
    }
    with pytest.raises(ValueError, match="without restore_from_backup_arn"):
        Backup(restore_to_time="2026-11-27T02:05:00Z")


def test_taking_out_where_it_started_from_does_not_make_it_again() -> None:
    ignored = instance(documents("prod"))["lifecycle"]["ignore_changes"]
    assert {"snapshot_identifier", "restore_to_point_in_time"} <= set(ignored)


def test_a_database_starts_once() -> None:
    with pytest.raises(ValueError, match="both given"):
        Backup(restore_from_snapshot=SNAPSHOT, restore_from_backup_arn=COPY)


def test_a_copy_that_rds_would_not_keep_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 35 days"):
        BackupCopyInputs(source_db_instance_arn="a", kms_key_arn="b", retention_days=0, provider=None)  # type: ignore[arg-type]


def switched_off(data: dict[str, Any]) -> None:
    data["database"]["backup_replication"]["enabled"] = False


def test_copies_can_be_taken_out_because_their_provider_stays_meanwhile() -> None:
    data = documents_of("prod", switched_off)["data"]
    assert "aws_db_instance_automated_backups_replication" not in data["resource"]
    assert "aws_kms_key" not in data["resource"]
    assert "eu-central-1" in [provider["region"] for provider in data["provider"]["aws"]]


def test_d06_the_key_of_copies_that_stay_is_forgotten_and_not_destroyed() -> None:
    forgotten = {"from": "aws_kms_key.backup-key-eu-central-1_key", "lifecycle": {"destroy": False}}
    assert documents_of("prod", switched_off)["data"]["removed"] == [forgotten]
    assert "removed" not in documents("prod")["data"]

    def without_a_snapshot(data: dict[str, Any]) -> None:
        data["database"]["backup_replication"] = {"region": "eu-central-1", "enabled": False}
        data["database"]["final_snapshot"] = False

    assert "removed" not in documents_of("staging", without_a_snapshot)["data"]


def test_another_region_has_other_addresses_so_that_nothing_is_lost_without_a_word() -> None:
    def elsewhere(data: dict[str, Any]) -> None:
        data["database"]["backup_replication"]["region"] = "eu-north-1"

    kinds = ("aws_kms_key", "aws_kms_alias", "aws_db_instance_automated_backups_replication")
    before, after = documents("prod")["data"]["resource"], documents_of("prod", elsewhere)["data"]["resource"]
    assert not {name for kind in kinds for name in before[kind]} & {name for kind in kinds for name in after[kind]}


def test_copies_that_were_applied_under_the_former_addresses_keep_what_they_are() -> None:
    data = documents("prod")["data"]
    there = {
        f"{kind}.{name}"
        for kind, bodies in data["resource"].items()
        for name, body in bodies.items()
        if body.get("provider") == "aws.backups-eu-central-1"
    }
    assert there == {each["to"] for each in data["moved"]}
    for each in data["moved"]:
        assert each["from"] == each["to"].replace("-eu-central-1", "")
    assert "moved" not in documents("staging")["data"]


@pytest.mark.slow
def test_terraform_accepts_copies_that_are_switched_off(tmp_path: Path) -> None:
    assert validate(tmp_path / "off", documents_of("prod", switched_off)["data"]) == []


def test_a_restored_database_keeps_the_key_of_its_snapshot() -> None:
    for body in (starting_from(restore_from_snapshot=SNAPSHOT), starting_from(restore_from_backup_arn=COPY)):
        assert "kms_key_id" in body["lifecycle"]["ignore_changes"]
    # Also when the line is taken out of the file again.
    assert instance(documents("prod"))["lifecycle"] == starting_from(restore_from_snapshot=SNAPSHOT)["lifecycle"]


@pytest.mark.parametrize(("name", "retained"), [("prod", True), ("staging", True), ("local", False)])
def test_d06_the_keys_of_what_outlives_an_environment_outlive_it(name: str, *, retained: bool) -> None:
    keys = [
        body
        for layer in ("network", "data")
        for body in documents(name)[layer]["resource"].get("aws_kms_key", {}).values()
    ]
    assert len(keys) == (2 if name == "prod" else 1)
    assert [body.get("lifecycle") for body in keys] == [{"prevent_destroy": True} if retained else None] * len(keys)


def test_d06_fernet_keys_are_where_the_backups_are() -> None:
    secrets = documents("prod")["data"]["resource"]["aws_secretsmanager_secret"]
    replicated = {body["name"]: body["replica"] for body in secrets.values() if "replica" in body}
    key = "${aws_kms_key.backup-key-eu-central-1_key.arn}"
    assert replicated == {"windlass/prod/airflow/fernet-keys": [{"kms_key_id": key, "region": "eu-central-1"}]}
    for data in (documents("staging")["data"], documents_of("prod", switched_off)["data"]):
        assert not [body for body in data["resource"]["aws_secretsmanager_secret"].values() if "replica" in body]


def test_d06_a_recovered_airflow_reads_with_the_keys_of_the_lost_one_and_writes_with_its_own() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/prod/airflow/fernet-keys-AbCdEf"
    data = documents_of("prod", lambda data: data["airflow"].update(existing_fernet_keys_secret_arn=arn))["data"]
    (existing,) = [
        name
        for name, body in data["ephemeral"]["aws_secretsmanager_secret_version"].items()
        if body["secret_id"] == arn
    ]
    (value,) = [
        body["secret_string_wo"]
        for name, body in data["resource"]["aws_secretsmanager_secret_version"].items()
        if name.endswith("fernet-keys_version")
    ]
    own, previous, last = value.split(",")
    assert "fernet-key-a" in own and "fernet-key-b" in previous
    assert last == f"${{ephemeral.aws_secretsmanager_secret_version.{existing}.secret_string}}"
