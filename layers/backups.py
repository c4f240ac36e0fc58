"""Copies of the database's backups in a second region, if the environment file requests them (D06)."""

from cdktf import TerraformProvider, TerraformStack

from aws.account import Account
from config import Environment
from layers.provider import add_provider
from modules import rds
from modules.kms import Key, KeyInputs
from modules.secrets import SecretReplica


def copy_backups(stack: TerraformStack, environment: Environment, database_arn: str, kms_key_arn: str) -> None:
    """Replicate the automated backups.

    Args:
        stack: the data layer.
        environment: whose database it is.
        database_arn: ARN of the database.
        kms_key_arn: key of the second region, from `key_of_copies`.
    """
    copy = environment.database.backup_replication
    assert copy is not None  # there is a key for copies only where there are copies
    inputs = rds.BackupCopyInputs(
        source_db_instance_arn=database_arn,
        kms_key_arn=kms_key_arn,
        retention_days=copy.retention_days,
        provider=_provider_of(stack, copy.region),
    )
    rds.BackupCopy(stack, f"backup-copy-{copy.region}", inputs)


def key_of_copies(stack: TerraformStack, environment: Environment) -> str | None:
    """Make the key that encrypts copies in the second region, and return its ARN; None where nothing is copied.

    The provider of a region stays while the file names it: Terraform cannot destroy what is there without. Region and
    addresses belong together, so that another region in the file is an error of the plan, not a second set of copies.
    """
    copy, aws = environment.database.backup_replication, environment.aws
    if copy is None:
        return None
    provider = add_provider(stack, environment, "data", region=copy.region, alias=f"backups-{copy.region}")
    id_ = f"backup-key-{copy.region}"
    if not copy.enabled:
        if environment.database.final_snapshot:
            # What was copied stays for its retention, and so does its key: Terraform forgets it.
            stack.add_override("removed", [{"from": f"aws_kms_key.{id_}_key", "lifecycle": {"destroy": False}}])
        return None
    key = KeyInputs(
        name=f"{environment.prefix}-backups",
        description=f"Encrypts copies of the backups of {environment.prefix}",
        account=Account.in_region(copy.region, aws.account_id),
        provider=provider,
        deletion_window_days=30 if environment.is_production else 7,
        retained=environment.database.final_snapshot,
    )
    arn = Key(stack, id_, key).outputs.key_arn
    # Addresses without the region, of environments that were applied before they carried it.
    stack.add_override("moved", [{"from": before, "to": now} for before, now in moved(copy.region).items()])
    return arn


def moved(region: str) -> dict[str, str]:
    """Former address → address, of everything in the region of the copies."""
    return {
        "aws_kms_key.backup-key_key": f"aws_kms_key.backup-key-{region}_key",
        "aws_kms_alias.backup-key_alias": f"aws_kms_alias.backup-key-{region}_alias",
        "aws_db_instance_automated_backups_replication.backup-copy_replication": (
            f"aws_db_instance_automated_backups_replication.backup-copy-{region}_replication"
        ),
    }


def replica(environment: Environment, kms_key_arn: str | None) -> SecretReplica | None:
    """Where secrets without which a copy is unreadable are replicated to (A10); None where nothing is copied."""
    copy = environment.database.backup_replication
    return None if copy is None or kms_key_arn is None else SecretReplica(region=copy.region, kms_key_arn=kms_key_arn)


def _provider_of(stack: TerraformStack, region: str) -> TerraformProvider:
    (provider,) = [
        one for one in stack.node.children if isinstance(one, TerraformProvider) and one.alias == f"backups-{region}"
    ]
    return provider
