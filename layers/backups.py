"""Copies of the database's backups in a second region, if the environment file requests them (D06)."""

from cdktf import TerraformStack

from aws.account import Account
from config import Environment
from layers.provider import add_provider
from modules import rds
from modules.kms import Key, KeyInputs


def copy_backups(stack: TerraformStack, environment: Environment, database: rds.PostgreSqlOutputs) -> None:
    """Replicate the automated backups, encrypted with a key of the second region."""
    copy, aws = environment.database.backup_replication, environment.aws
    if copy is None:
        return
    provider = add_provider(stack, environment, "data", region=copy.region, alias="backups")
    key = KeyInputs(
        name=f"{environment.prefix}-backups",
        description=f"Encrypts copies of the backups of {environment.prefix}",
        account=Account.in_region(copy.region, aws.account_id),
        provider=provider,
        deletion_window_days=30 if environment.is_production else 7,
    )
    inputs = rds.BackupCopyInputs(
        source_db_instance_arn=database.arn,
        kms_key_arn=Key(stack, "backup-key", key).outputs.key_arn,
        retention_days=copy.retention_days,
        provider=provider,
    )
    rds.BackupCopy(stack, "backup-copy", inputs)
