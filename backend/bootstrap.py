"""The bucket, the key and the lock table of the Terraform states; created once per account and region (S01)."""

import json
from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
)
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from aws.account import Account
from backend.state_bucket import StateBucket


@dataclass(frozen=True, kw_only=True)
class StateBootstrapInputs:
    """Names and protection of the state store."""

    bucket_name: str
    """Globally unique name of the bucket; the key's alias is `alias/<bucket_name>`."""

    account: Account
    """The account, which the key's policy names."""

    lock_table_name: str | None = None
    """Name of the DynamoDB table of the locks. Default: none, where a lock file is used."""

    protected: bool = True
    """Terraform and AWS refuse to delete the store, and a deleted key can be restored for 30 days.

    Default: yes, since a lost state is a lost platform. Set it to false for throw-away environments only: destroying
    then also empties the bucket.
    """

    noncurrent_version_days: int = 90
    """Days after which an old version of a state is deleted, except for the newest ones. Default: 90."""

    noncurrent_versions_kept: int = 20
    """Newest old versions of each state that are never deleted, 1 to 100. Default: 20."""

    access_logs_bucket: str | None = None
    """Existing bucket for S3 server access logs. Default: no such logs."""


@dataclass(frozen=True, kw_only=True)
class StateBootstrapOutputs:
    """What a backend is configured with."""

    bucket_name: str
    """The bucket."""

    lock_table_name: str | None
    """The lock table, if there is one."""

    kms_key_arn: str
    """The KMS key of both."""

    kms_key_alias: str
    """`alias/<bucket_name>`, which backends use instead of the ARN."""


class StateBootstrap(Construct):
    """A versioned, encrypted, private, TLS-only bucket, and a table with the key `LockID` (S01)."""

    outputs: StateBootstrapOutputs

    def __init__(self, scope: Construct, id_: str, inputs: StateBootstrapInputs) -> None:
        super().__init__(scope, id_)
        self._inputs = inputs
        self._lifecycle = TerraformResourceLifecycle(prevent_destroy=True) if inputs.protected else None
        key = self._key()
        alias = KmsAlias(self, "alias", name=f"alias/{inputs.bucket_name}", target_key_id=key.key_id)
        StateBucket(
            self,
            "state",
            name=inputs.bucket_name,
            account=inputs.account,
            kms_key_arn=key.arn,
            protected=inputs.protected,
            noncurrent_version_days=inputs.noncurrent_version_days,
            noncurrent_versions_kept=inputs.noncurrent_versions_kept,
            access_logs_bucket=inputs.access_logs_bucket,
        )
        if inputs.lock_table_name is not None:
            self._lock_table(inputs.lock_table_name, key.arn)
        self.outputs = StateBootstrapOutputs(
            bucket_name=inputs.bucket_name,
            lock_table_name=inputs.lock_table_name,
            kms_key_arn=key.arn,
            kms_key_alias=alias.name,
        )

    def _key(self) -> KmsKey:
        inputs = self._inputs
        return KmsKey(
            self,
            "key",
            description=f"Terraform state in {inputs.bucket_name}",
            enable_key_rotation=True,
            deletion_window_in_days=30 if inputs.protected else 7,
            policy=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "TheAccountDecidesByIam",
                            "Effect": "Allow",
                            "Principal": {"AWS": inputs.account.root_arn},
                            "Action": "kms:*",
                            "Resource": "*",
                        }
                    ],
                },
                sort_keys=True,
            ),
            lifecycle=self._lifecycle,
        )

    def _lock_table(self, name: str, kms_key_arn: str) -> DynamodbTable:
        return DynamodbTable(
            self,
            "locks",
            name=name,
            billing_mode="PAY_PER_REQUEST",
            # S01: Terraform uses exactly this key.
            hash_key="LockID",
            attribute=[DynamodbTableAttribute(name="LockID", type="S")],
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=kms_key_arn),
            deletion_protection_enabled=self._inputs.protected,
            lifecycle=self._lifecycle,
        )
