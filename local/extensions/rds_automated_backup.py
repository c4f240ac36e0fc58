"""Automated backups of the emulated RDS, and how DescribeDBInstanceAutomatedBackups shows them."""

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class AutomatedBackup:
    """The automated backups of one instance in one region. Part of the saved account."""

    database: Any
    """moto's instance: while backups are replicated the instance itself, afterwards a copy as it was."""
    kms_key_id: str | None
    status: str
    """`active` beside the instance, `replicating` in another region, `retained` after either has ended."""
    retention_days: int | None = None
    """Default: as the instance says."""
    taken_at: datetime = field(default_factory=_now)
    """When the newest copy of a retained backup was made."""

    @classmethod
    def of(cls, instance: Any, kms_key_id: str | None) -> "AutomatedBackup":
        """What stays of an instance that is deleted."""
        return cls(database=copy.copy(instance), kms_key_id=kms_key_id, status="retained")

    def retain(self, instance: Any) -> None:
        """The replication ends now: keep what there is."""
        self.database, self.status, self.taken_at = copy.copy(instance), "retained", _now()


def automated_backup_arn(backend: Any, instance: Any) -> str:
    """ARN of the automated backups of an instance in the region of a backend."""
    id_ = instance.dbi_resource_id.removeprefix("db-").lower()
    return f"arn:{backend.partition}:rds:{backend.region_name}:{backend.account_id}:auto-backup:ab-{id_}"


def same_instance(one: Any, other: Any) -> bool:
    """Whether both are the same instance of RDS, or copies of it; `None` is none."""
    return one is not None and other is not None and one.dbi_resource_id == other.dbi_resource_id


def described(backend: Any, backup: AutomatedBackup) -> dict[str, Any]:
    """As in the answer of DescribeDBInstanceAutomatedBackups."""
    instance = backup.database
    latest = backup.taken_at if backup.status == "retained" else _now()
    return {
        "DBInstanceArn": instance.db_instance_arn,
        "DbiResourceId": instance.dbi_resource_id,
        "Region": instance.backend.region_name,
        "DBInstanceIdentifier": instance.db_instance_identifier,
        "RestoreWindow": {"EarliestTime": instance.created, "LatestTime": latest},
        "AllocatedStorage": instance.allocated_storage,
        "Status": backup.status,
        "Port": int(instance.port),
        "AvailabilityZone": instance.availability_zone,
        "InstanceCreateTime": instance.created,
        "MasterUsername": instance.master_username,
        "Engine": instance.engine,
        "EngineVersion": instance.engine_version,
        "LicenseModel": instance.license_model,
        "OptionGroupName": instance.option_group_name,
        "Encrypted": instance.storage_encrypted,
        "StorageType": instance.storage_type,
        "KmsKeyId": backup.kms_key_id,
        "IAMDatabaseAuthenticationEnabled": instance.enable_iam_database_authentication,
        "BackupRetentionPeriod": backup.retention_days or instance.backup_retention_period,
        "DBInstanceAutomatedBackupsArn": automated_backup_arn(backend, instance),
        "DBInstanceAutomatedBackupsReplications": getattr(instance, "db_instance_automated_backups_replications", [])
        if backup.status == "active"
        else [],
        "BackupTarget": "region",
    }
