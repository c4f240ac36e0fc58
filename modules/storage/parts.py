"""What every private bucket has: no public access, one owner, encryption, versions, events."""

from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_notification import S3BucketNotification
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
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


def block_public_access(scope: Construct, id_: str, bucket_name: str) -> S3BucketPublicAccessBlock:
    """Block public access and disable ACLs.

    Returns:
        The public access block. The bucket's policy must wait for it: S3 refuses to change both concurrently.
    """
    public_access_block = S3BucketPublicAccessBlock(
        scope,
        id_,
        bucket=bucket_name,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    S3BucketOwnershipControls(
        scope,
        "ownership",
        bucket=bucket_name,
        rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
    )
    return public_access_block


def send_events(scope: Construct, bucket_name: str) -> None:
    """Send object events to EventBridge: consumers add rules there, without a change to the bucket."""
    S3BucketNotification(scope, "events", bucket=bucket_name, eventbridge=True)


def encrypt(scope: Construct, bucket_name: str, kms_key_arn: str | None) -> None:
    """Encrypt objects by default: with the KMS key and a bucket key, or with SSE-S3 if there is none."""
    with_key = kms_key_arn is not None
    S3BucketServerSideEncryptionConfigurationA(
        scope,
        "encryption",
        bucket=bucket_name,
        rule=[
            S3BucketServerSideEncryptionConfigurationRuleA(
                apply_server_side_encryption_by_default=(
                    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                        sse_algorithm="aws:kms" if with_key else "AES256", kms_master_key_id=kms_key_arn
                    )
                ),
                bucket_key_enabled=True if with_key else None,
            )
        ],
    )


def keep_versions(scope: Construct, bucket_name: str) -> S3BucketVersioningA:
    """Turn versioning on."""
    return S3BucketVersioningA(
        scope,
        "versioning",
        bucket=bucket_name,
        versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
    )


def expire(
    scope: Construct,
    bucket_name: str,
    *,
    rule_id: str,
    versioning: S3BucketVersioningA | None,
    days: int | None = None,
    noncurrent_days: int,
    noncurrent_versions: int | None = None,
    abort_multipart_days: int,
) -> None:
    """Delete old objects, old versions and incomplete uploads.

    Args:
        scope: the construct that the configuration belongs to.
        bucket_name: the bucket.
        rule_id: id of the rule.
        versioning: the bucket's versioning, without which it has no noncurrent versions.
        days: days until objects expire. Default: never.
        noncurrent_days: days until noncurrent versions expire.
        noncurrent_versions: newest noncurrent versions that are kept however old they are. Default: none.
        abort_multipart_days: days until incomplete multipart uploads are deleted.
    """
    noncurrent = S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
        noncurrent_days=noncurrent_days, newer_noncurrent_versions=noncurrent_versions
    )
    S3BucketLifecycleConfiguration(
        scope,
        "lifecycle",
        bucket=bucket_name,
        rule=[
            S3BucketLifecycleConfigurationRule(
                id=rule_id,
                status="Enabled",
                # All objects: the provider warns about a rule without a filter.
                filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                expiration=None if days is None else [S3BucketLifecycleConfigurationRuleExpiration(days=days)],
                noncurrent_version_expiration=None if versioning is None else [noncurrent],
                abort_incomplete_multipart_upload=[
                    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                        days_after_initiation=abort_multipart_days
                    )
                ],
            )
        ],
        # S3 refuses rules for noncurrent versions before versioning is on.
        depends_on=None if versioning is None else [versioning],
    )
