"""The bucket of the Terraform states: private, versioned and encrypted."""

import json
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from constructs import Construct

from aws.account import Account
from modules.storage.parts import block_public_access, encrypt, expire, keep_versions, send_events


class StateBucket(Construct):
    """Versioned, encrypted with the store's key, owned by one account, never public, TLS 1.2 or newer only (S01).

    Not a `modules.storage.Bucket`, with which it shares its parts: this one refuses to be destroyed, and keeps a number
    of old versions of each state.
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
        bucket_name = bucket.bucket
        send_events(self, bucket_name)
        public_access_block = block_public_access(self, "public-access", bucket_name)
        S3BucketPolicy(
            self,
            "policy",
            bucket=bucket_name,
            policy=_policy(account.bucket_arn(name)),
            # S3 answers "conflicting conditional operation" if both are written at once.
            depends_on=[public_access_block],
        )
        encrypt(self, bucket_name, kms_key_arn)
        expire(
            self,
            bucket_name,
            rule_id="old-versions",
            versioning=keep_versions(self, bucket_name),
            noncurrent_days=noncurrent_version_days,
            noncurrent_versions=noncurrent_versions_kept,
            abort_multipart_days=7,
        )
        if access_logs_bucket is not None:
            S3BucketLoggingA(
                self, "logging", bucket=bucket_name, target_bucket=access_logs_bucket, target_prefix=f"{name}/"
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
