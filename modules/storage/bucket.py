"""A private S3 bucket, encrypted and for TLS only."""

import re
from dataclasses import dataclass, field

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from constructs import Construct

from aws.account import Account
from modules.storage.parts import block_public_access, encrypt, expire, keep_versions, send_events
from modules.storage.policy import Delivery, bucket_policy

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, kw_only=True)
class Lifecycle:
    """When S3 deletes objects."""

    expire_after_days: int | None = None
    """Days, 1 or more, after which objects expire. None by default: they are kept."""

    noncurrent_expire_after_days: int = 30
    """Days, 1 or more, in which overwritten and deleted objects of a versioned bucket can be restored. Default: 30."""

    abort_multipart_after_days: int = 7
    """Days, 1 or more, after which an incomplete multipart upload is deleted. 7 by default: it costs money, and no list
    of objects shows it."""

    def __post_init__(self) -> None:
        """Refuse numbers that S3 would refuse."""
        for name in ("expire_after_days", "noncurrent_expire_after_days", "abort_multipart_after_days"):
            days = getattr(self, name)
            if days is not None and days < 1:
                raise ValueError(f"{name} is {days}: 1 day or more is allowed")


@dataclass(frozen=True, kw_only=True)
class AccessLogs:
    """Where the server access logs of the bucket are stored."""

    bucket_name: str
    """Another bucket of the same account and region, which accepts `ServerAccessLogs`: its output `bucket_name`."""

    prefix: str
    """Prefix of the keys there, usually the name of this bucket and `/`."""


@dataclass(frozen=True, kw_only=True)
class BucketInputs:
    """Name, encryption, lifecycle and log deliveries of the bucket."""

    name: str
    """Name, 3 to 63 characters, globally unique."""

    account: Account
    """Account and region of the bucket."""

    kms_key_arn: str | None = None
    """Key that encrypts objects, with a bucket key to save KMS requests. None by default: SSE-S3, the only choice of
    a bucket that accepts logs."""

    versioned: bool = True
    """Keep overwritten and deleted objects as versions. True by default, so that mistakes can be undone (D02)."""

    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    """When objects are deleted. By default only old versions and incomplete uploads are."""

    accepts: tuple[Delivery, ...] = ()
    """Services that deliver logs into the bucket: `LoadBalancerLogs`, `ServerAccessLogs`. None by default."""

    access_logs: AccessLogs | None = None
    """Server access logs of this bucket. None by default."""

    force_destroy: bool = False
    """Delete the bucket together with its objects. False by default; for short-lived environments (S05)."""


@dataclass(frozen=True, kw_only=True)
class BucketOutputs:
    """Outputs for readers, writers and their roles."""

    bucket_name: str
    """Name of the bucket. A resource that uses it waits for the bucket's policy, as load balancers must."""

    bucket_arn: str
    """ARN of the bucket; its objects are `<arn>/*`."""

    bucket_regional_domain_name: str
    """Host name of the bucket in its region."""


class Bucket(Construct):
    """A bucket that is never public, has no ACLs and refuses requests without TLS.

    Raises:
        ValueError: S3 would refuse the name, or a bucket that accepts logs has a KMS key.
    """

    outputs: BucketOutputs

    def __init__(self, scope: Construct, id_: str, inputs: BucketInputs) -> None:
        super().__init__(scope, id_)
        _check(inputs)
        bucket = S3Bucket(
            self, "bucket", bucket=inputs.name, force_destroy=inputs.force_destroy, tags={"Name": inputs.name}
        )
        name = bucket.id
        public_access_block = block_public_access(self, "public-access-block", name)
        send_events(self, name)
        encrypt(self, name, inputs.kms_key_arn)
        lifecycle = inputs.lifecycle
        expire(
            self,
            name,
            rule_id="retention",
            versioning=keep_versions(self, name) if inputs.versioned else None,
            days=lifecycle.expire_after_days,
            noncurrent_days=lifecycle.noncurrent_expire_after_days,
            abort_multipart_days=lifecycle.abort_multipart_after_days,
        )
        policy = S3BucketPolicy(
            self,
            "policy",
            bucket=name,
            policy=bucket_policy(bucket.arn, inputs.account, inputs.accepts),
            # S3 refuses to change both concurrently.
            depends_on=[public_access_block],
        )
        if inputs.access_logs is not None:
            S3BucketLoggingA(
                self,
                "access-logs",
                bucket=name,
                target_bucket=inputs.access_logs.bucket_name,
                target_prefix=inputs.access_logs.prefix,
            )
        self.outputs = BucketOutputs(
            bucket_name=policy.bucket,
            bucket_arn=bucket.arn,
            bucket_regional_domain_name=bucket.bucket_regional_domain_name,
        )


def _check(inputs: BucketInputs) -> None:
    if "${" not in inputs.name and not NAME.fullmatch(inputs.name):
        raise ValueError(
            f"name is {inputs.name!r}: 3 to 63 lower-case letters, digits, hyphens and dots are allowed, "
            "with a letter or digit at both ends"
        )
    if inputs.accepts and inputs.kms_key_arn is not None:
        raise ValueError(f"bucket {inputs.name!r} accepts logs and has a kms_key_arn: AWS delivers logs to SSE-S3 only")
    if inputs.access_logs is not None and inputs.access_logs.bucket_name == inputs.name:
        raise ValueError(f"bucket {inputs.name!r} logs into itself: each log would be a request that is logged again")
