"""A copy of a database's automated backups in a second region (D06)."""

from dataclasses import dataclass

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.db_instance_automated_backups_replication import DbInstanceAutomatedBackupsReplication
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class BackupCopyInputs:
    """Whose backups go where."""

    source_db_instance_arn: str
    """ARN of the database, whose automated backups must be on."""

    kms_key_arn: str
    """Key in the second region: a key never leaves its region, so the copy is encrypted with another one."""

    retention_days: int = 14
    """Days of point-in-time recovery in the second region, 1 to 35."""

    provider: TerraformProvider
    """Provider of the second region, where AWS wants to be asked for the copy."""

    def __post_init__(self) -> None:
        """Refuse what RDS would refuse."""
        if not 1 <= self.retention_days <= 35:
            raise ValueError(f"retention_days is {self.retention_days}; RDS keeps copies for 1 to 35 days")


@dataclass(frozen=True, kw_only=True)
class BackupCopyOutputs:
    """What a recovery environment starts from."""

    replication_id: str
    """Id of the replication, which is the ARN of the copied backups: `database.restore_from_backup_arn`."""


class BackupCopy(Construct):
    """RDS ships snapshots and transaction logs to the second region, a few minutes behind."""

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
