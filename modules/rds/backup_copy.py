"""A copy of a database's automated backups in a second region (D06)."""

from dataclasses import dataclass

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.db_instance_automated_backups_replication import DbInstanceAutomatedBackupsReplication
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class BackupCopyInputs:
    """The database, and the key and retention of the copies."""

    source_db_instance_arn: str
    """ARN of the database. Its automated backups must be on."""

    kms_key_arn: str
    """KMS key in the second region, which encrypts the copies: keys are regional."""

    retention_days: int = 14
    """Days of point-in-time recovery in the second region, 1 to 35."""

    provider: TerraformProvider
    """Terraform provider for the second region, where the replication is created."""

    def __post_init__(self) -> None:
        """Refuse what RDS would refuse."""
        if not 1 <= self.retention_days <= 35:
            raise ValueError(f"retention_days is {self.retention_days}; RDS keeps copies for 1 to 35 days")


@dataclass(frozen=True, kw_only=True)
class BackupCopyOutputs:
    """Output for an environment that is restored from the copies."""

    replication_id: str
    """ARN of the copied backups, for `database.restore_from_backup_arn`."""


class BackupCopy(Construct):
    """Replication of snapshots and transaction logs to the second region, a few minutes behind."""

    outputs: BackupCopyOutputs

    def __init__(self, scope: Construct, id_: str, inputs: BackupCopyInputs) -> None:
        super().__init__(scope, id_)
        replication = DbInstanceAutomatedBackupsReplication(
            self,
            "replication",
            source_db_instance_arn=inputs.source_db_instance_arn,
            kms_key_id=inputs.kms_key_arn,
            retention_period=inputs.retention_days,
            provider=inputs.provider,
        )
        self.outputs = BackupCopyOutputs(replication_id=replication.id)
