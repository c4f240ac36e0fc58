"""The customer-managed key that encrypts all data of an environment."""

import json
from dataclasses import dataclass

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from aws.account import Account


@dataclass(frozen=True, kw_only=True)
class KeyInputs:
    """Name, account and deletion window of the key."""

    name: str
    """Name of the key: its alias is `alias/<name>`. Letters, digits, hyphens; not starting with `aws` (KMS's limit)."""

    account: Account
    """Account whose IAM policies decide who may use the key, and the region whose CloudWatch Logs may use it."""

    description: str = ""
    """Description in the console. Empty by default: then it is derived from the name."""

    provider: TerraformProvider | None = None
    """Terraform provider for the key's region. None by default: the stack's default provider."""

    deletion_window_days: int = 30
    """Days, 7 to 30, in which a deleted key can be restored. 30 by default: without its key all data is lost."""

    retained: bool = False
    """Whether Terraform refuses to destroy the key: snapshots and backups that stay are unreadable without it.
    `./windlass destroy` then leaves it in the account. Default: no."""


@dataclass(frozen=True, kw_only=True)
class KeyOutputs:
    """Outputs for resources that encrypt with the key."""

    key_arn: str
    """ARN of the key, for `kms_key_id` and `kms_key_arn` arguments and for IAM policies."""

    key_id: str
    """Id of the key, without account and region."""

    alias: str
    """Name of the alias, with its prefix: `alias/<name>`."""


class Key(Construct):
    """A symmetric KMS key with yearly rotation and an alias.

    Its policy delegates to the account's IAM policies, allows CloudWatch to encrypt this account's log groups and alarm
    messages, and allows nothing else. RDS, ElastiCache, S3, ECR and Secrets Manager use the key with the caller's
    permissions.

    Raises:
        ValueError: KMS would refuse the deletion window.
    """

    outputs: KeyOutputs

    def __init__(self, scope: Construct, id_: str, inputs: KeyInputs) -> None:
        super().__init__(scope, id_)
        if not 7 <= inputs.deletion_window_days <= 30:
            raise ValueError(f"deletion_window_days is {inputs.deletion_window_days}: KMS allows 7 to 30 days")
        key = KmsKey(
            self,
            "key",
            description=inputs.description or f"Encrypts the data of {inputs.name}",
            enable_key_rotation=True,
            deletion_window_in_days=inputs.deletion_window_days,
            policy=_policy(inputs),
            tags={"Name": inputs.name},
            provider=inputs.provider,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if inputs.retained else None,
        )
        alias = f"alias/{inputs.name}"
        KmsAlias(self, "alias", name=alias, target_key_id=key.key_id, provider=inputs.provider)
        self.outputs = KeyOutputs(key_arn=key.arn, key_id=key.key_id, alias=alias)


def _policy(inputs: KeyInputs) -> str:
    log_groups = inputs.account.arn("logs", "log-group:*")
    statements = [
        {
            # I01: the key delegates to IAM, so that each role's own policy says what it may decrypt.
            "Sid": "IamDecides",
            "Effect": "Allow",
            "Principal": {"AWS": inputs.account.root_arn},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            # An alarm that cannot encrypt its message is lost silently.
            "Sid": "AlarmsOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": inputs.account.id}},
        },
        {
            # CloudWatch Logs calls KMS as a service, not as the caller, so IAM policies alone cannot allow it.
            "Sid": "LogGroupsOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{inputs.account.region}.amazonaws.com"},
            "Action": ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "Resource": "*",
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)
