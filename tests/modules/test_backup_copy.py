"""Copies of backups in a second region, and databases that start from what there is (D06)."""

from typing import Any

import pytest

from modules.rds import Backup, BackupCopyInputs
from tests.support.documents import Documents, documents, documents_of

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
    assert copy["kms_key_id"] == "${aws_kms_key.backup-key_key.arn}"
    assert copy["provider"] == "aws.backups"
    assert data["resource"]["aws_kms_key"]["backup-key_key"]["provider"] == "aws.backups"
    (second,) = [provider for provider in data["provider"]["aws"] if provider.get("alias") == "backups"]
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


def test_taking_out_where_it_started_from_does_not_make_it_again() -> None:
    ignored = instance(documents("prod"))["lifecycle"]["ignore_changes"]
    assert {"snapshot_identifier", "restore_to_point_in_time"} <= set(ignored)


def test_a_database_starts_once() -> None:
    with pytest.raises(ValueError, match="both given"):
        Backup(restore_from_snapshot=SNAPSHOT, restore_from_backup_arn=COPY)


def test_a_copy_that_rds_would_not_keep_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 35 days"):
        BackupCopyInputs(source_db_instance_arn="a", kms_key_arn="b", retention_days=0, provider=None)  # type: ignore[arg-type]
