"""S3: its actions are not named like its operations; encryption with KMS needs the key too."""

import re
from collections.abc import Iterator, Mapping

from local.iam.calls import Call
from local.iam.needs.keys import through
from local.iam.needs.need import Account, Need, partition, request_tags, tags_of

# Operation → actions without prefix. All others are named like their operation.
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "HeadObject": ("GetObject",),
    "GetObjectAttributes": ("GetObject", "GetObjectAttributes"),
    "SelectObjectContent": ("GetObject",),
    "HeadBucket": ("ListBucket",),
    "ListObjects": ("ListBucket",),
    "ListObjectsV2": ("ListBucket",),
    "ListObjectVersions": ("ListBucketVersions",),
    "ListMultipartUploads": ("ListBucketMultipartUploads",),
    "ListParts": ("ListMultipartUploadParts",),
    "ListBuckets": ("ListAllMyBuckets",),
    "CreateMultipartUpload": ("PutObject",),
    "UploadPart": ("PutObject",),
    "CompleteMultipartUpload": ("PutObject",),
    "DeleteBucketCors": ("PutBucketCORS",),
    "DeleteBucketEncryption": ("PutEncryptionConfiguration",),
    "DeleteBucketLifecycle": ("PutLifecycleConfiguration",),
    "DeleteBucketOwnershipControls": ("PutBucketOwnershipControls",),
    "DeleteBucketReplication": ("PutReplicationConfiguration",),
    "DeleteBucketTagging": ("PutBucketTagging",),
    "DeletePublicAccessBlock": ("PutBucketPublicAccessBlock",),
    "GetBucketAccelerateConfiguration": ("GetAccelerateConfiguration",),
    "GetBucketCors": ("GetBucketCORS",),
    "GetBucketEncryption": ("GetEncryptionConfiguration",),
    "GetBucketLifecycle": ("GetLifecycleConfiguration",),
    "GetBucketLifecycleConfiguration": ("GetLifecycleConfiguration",),
    "GetBucketNotificationConfiguration": ("GetBucketNotification",),
    "GetBucketReplication": ("GetReplicationConfiguration",),
    "GetObjectLockConfiguration": ("GetBucketObjectLockConfiguration",),
    "GetPublicAccessBlock": ("GetBucketPublicAccessBlock",),
    "PutBucketAccelerateConfiguration": ("PutAccelerateConfiguration",),
    "PutBucketCors": ("PutBucketCORS",),
    "PutBucketEncryption": ("PutEncryptionConfiguration",),
    "PutBucketLifecycle": ("PutLifecycleConfiguration",),
    "PutBucketLifecycleConfiguration": ("PutLifecycleConfiguration",),
    "PutBucketNotificationConfiguration": ("PutBucketNotification",),
    "PutBucketReplication": ("PutReplicationConfiguration",),
    "PutObjectLockConfiguration": ("PutBucketObjectLockConfiguration",),
    "PutPublicAccessBlock": ("PutBucketPublicAccessBlock",),
}
# Operations whose action has another name for a version of an object.
OF_VERSIONS: Mapping[str, str] = {
    "GetObject": "GetObjectVersion",
    "HeadObject": "GetObjectVersion",
    "DeleteObject": "DeleteObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectTagging": "PutObjectVersionTagging",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
}
_CONFIGURATION = re.compile(
    r"(?P<verb>Get|Put|Delete|List)Bucket(?P<kind>Analytics|IntelligentTiering|Inventory|Metrics)Configurations?"
)
LISTINGS = ("ListObjects", "ListObjectsV2", "ListObjectVersions")
WRITING = ("PutObject", "CreateMultipartUpload", "CopyObject")
CONDITIONS: Mapping[str, str] = {
    "s3:prefix": "Prefix",
    "s3:delimiter": "Delimiter",
    "s3:max-keys": "MaxKeys",
    "s3:VersionId": "VersionId",
    "s3:x-amz-acl": "ACL",
    "s3:x-amz-server-side-encryption": "ServerSideEncryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "s3:x-amz-storage-class": "StorageClass",
    "s3:x-amz-copy-source": "CopySource",
    "s3:if-none-match": "IfNoneMatch",
}


def needs_of_s3(call: Call, account: Account) -> Iterator[Need]:
    """What a call of S3 needs."""
    bucket, key, operation = call.text("Bucket"), call.text("Key"), call.operation
    context: dict[str, str | tuple[str, ...]] = {
        name: call.text(member) for name, member in CONDITIONS.items() if call.text(member)
    }
    if operation in LISTINGS:
        # AWS has the key for every listing, empty without a prefix.
        context.setdefault("s3:prefix", "")
    tags = tags_of(call.parameters)
    context |= request_tags(tags)
    if operation == "CopyObject":
        yield from _copy(call, account, context)
        return
    if operation == "DeleteObjects":
        for each in (call.parameters.get("Delete") or {}).get("Objects") or []:
            action = "s3:DeleteObjectVersion" if each.get("VersionId") else "s3:DeleteObject"
            yield Need(action=action, resource=_arn(call, bucket, str(each.get("Key", ""))), context=context)
        return
    names = ACTIONS.get(operation) or (_configuration(operation),)
    if call.text("VersionId") and operation in OF_VERSIONS:
        names = (OF_VERSIONS[operation],)
    for name in names:
        yield Need(action=f"s3:{name}", resource=_arn(call, bucket, key) if bucket else "*", context=context)
    if operation == "CreateBucket" and tags:
        yield Need(action="s3:TagResource", resource=_arn(call, bucket, ""), context=context)
    if operation in WRITING and call.text("Tagging"):
        yield Need(action="s3:PutObjectTagging", resource=_arn(call, bucket, key), context=context)
    if operation in WRITING and call.text("ACL"):
        yield Need(action="s3:PutObjectAcl", resource=_arn(call, bucket, key), context=context)
    if operation == "GetObject":
        yield from _decrypt(call, account, bucket, key)
    elif operation in ("UploadPart", "CompleteMultipartUpload"):
        yield from _encrypt(call, account, bucket, key, actions=("kms:Decrypt",))
    elif operation in WRITING:
        yield from _encrypt(call, account, bucket, key)


def _configuration(operation: str) -> str:
    """`ListBucketMetricsConfigurations` and its like need `GetMetricsConfiguration`, deleting one needs to put it."""
    match = _CONFIGURATION.fullmatch(operation)
    if match is None:
        return operation
    return f"{'Put' if match['verb'] in ('Put', 'Delete') else 'Get'}{match['kind']}Configuration"


def _copy(call: Call, account: Account, context: dict[str, str | tuple[str, ...]]) -> Iterator[Need]:
    source = call.text("CopySource").removeprefix("/").partition("?")[0]
    from_bucket, _, from_key = source.partition("/")
    bucket, key = call.text("Bucket"), call.text("Key")
    yield Need(action="s3:GetObject", resource=_arn(call, from_bucket, from_key), context=context)
    yield Need(action="s3:PutObject", resource=_arn(call, bucket, key), context=context)
    yield from _decrypt(call, account, from_bucket, from_key)
    yield from _encrypt(call, account, bucket, key)


def _decrypt(call: Call, account: Account, bucket: str, key: str) -> Iterator[Need]:
    kms_key = account.object_key(bucket, key)
    if kms_key:
        yield through("s3", call, kms_key, "kms:Decrypt", _encryption_context(call, account, bucket, key))


def _encrypt(
    call: Call, account: Account, bucket: str, key: str, actions: tuple[str, ...] = ("kms:GenerateDataKey",)
) -> Iterator[Need]:
    named, algorithm = call.text("SSEKMSKeyId"), call.text("ServerSideEncryption")
    kms_key = account.key_arn(named) if named else ""
    if not named and algorithm in ("", "aws:kms"):
        kms_key = account.key_arn(account.bucket_key(bucket)[0])
    if kms_key:
        for action in actions:
            yield through("s3", call, kms_key, action, _encryption_context(call, account, bucket, key))


def _encryption_context(call: Call, account: Account, bucket: str, key: str) -> dict[str, str]:
    has_bucket_key = account.bucket_key(bucket)[1]
    return {"aws:s3:arn": _arn(call, bucket, "" if has_bucket_key else key)}


def _arn(call: Call, bucket: str, key: str) -> str:
    name = bucket if bucket.startswith("arn:") else f"arn:{partition(call.region)}:s3:::{bucket}"
    return f"{name}/{key}" if key else name
