"""The bucket of the Terraform states: private, versioned and encrypted."""

import json
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_notification import S3BucketNotification
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from aws.account import Account


class StateBucket(Construct):
    """Versioned, encrypted with the store's key, owned by one account, never public, TLS 1.2 or newer only (S01).

    Not a `modules.storage.Bucket`: this one refuses to be destroyed, and keeps a number of old versions of each state.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        account: Account,
        kms_key_arn: str,
        protected: bool,
        noncurrent_version_days: int,
        noncurrent_versions_kept: int,
        access_logs_bucket: str | None,
    ) -> None:
        super().__init__(scope, id_)
        bucket = S3Bucket(
            self,
            "bucket",
            bucket=name,
            force_destroy=not protected,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if protected else None,
        )
        # A reference, so that everything below depends on the bucket.
        self._bucket_name = bucket.bucket
        # EventBridge rules can subscribe to written states.
        S3BucketNotification(self, "events", bucket=self._bucket_name, eventbridge=True)
        self._keep_private(account.bucket_arn(name))
        self._encrypt(kms_key_arn)
        self._keep_versions(noncurrent_version_days, noncurrent_versions_kept)
        if access_logs_bucket is not None:
            S3BucketLoggingA(
                self, "logging", bucket=self._bucket_name, target_bucket=access_logs_bucket, target_prefix=f"{name}/"
            )

    def _keep_private(self, arn: str) -> None:
        block = S3BucketPublicAccessBlock(
            self,
            "public-access",
            bucket=self._bucket_name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=self._bucket_name,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        # S3 returns "conflicting conditional operation" when both are written at once.
        S3BucketPolicy(self, "policy", bucket=self._bucket_name, policy=_policy(arn), depends_on=[block])

    def _encrypt(self, kms_key_arn: str) -> None:
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self._bucket_name,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    bucket_key_enabled=True,
                    apply_server_side_encryption_by_default=(
                        S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                            sse_algorithm="aws:kms", kms_master_key_id=kms_key_arn
                        )
                    ),
                )
            ],
        )

    def _keep_versions(self, noncurrent_days: int, newer_noncurrent_versions: int) -> None:
        versioning = S3BucketVersioningA(
            self,
            "versioning",
            bucket=self._bucket_name,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=self._bucket_name,
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="old-versions",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                    noncurrent_version_expiration=[
                        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                            noncurrent_days=noncurrent_days, newer_noncurrent_versions=newer_noncurrent_versions
                        )
                    ],
                    abort_incomplete_multipart_upload=[
                        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=7)
                    ],
                )
            ],
            # S3 refuses rules for old versions while versioning is off.
            depends_on=[versioning],
        )


def _policy(arn: str) -> str:
    """Denials only; IAM policies grant access."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                _deny("TlsOnly", "s3:*", [arn, f"{arn}/*"], {"Bool": {"aws:SecureTransport": "false"}}),
                _deny("RecentTlsOnly", "s3:*", [arn, f"{arn}/*"], {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
                _deny(
                    "StoreKeyOnly",
                    "s3:PutObject",
                    [f"{arn}/*"],
                    # An upload that names no encryption gets the bucket's default, the store's key.
                    {
                        "Null": {"s3:x-amz-server-side-encryption": "false"},
                        "StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"},
                    },
                ),
            ],
        },
        sort_keys=True,
    )


def _deny(sid: str, action: str, resources: list[str], condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": action,
        "Resource": resources,
        "Condition": condition,
    }
