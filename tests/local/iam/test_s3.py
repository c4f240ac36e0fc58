"""What calls of S3 need: actions of other names, prefixes, bucket policies."""

import json
from typing import Any

import pytest

from tests.local.iam.cases.case import allow, deny, policy
from tests.local.iam.roles import ACCOUNT, Client, Roles, missing, refused


@pytest.mark.parametrize(
    ("call", "action", "key"),
    [
        (lambda s3, b: s3.get_object(Bucket=b, Key="k"), "s3:GetObject", "/k"),
        (lambda s3, b: s3.get_object(Bucket=b, Key="k", VersionId="1"), "s3:GetObjectVersion", "/k"),
        (lambda s3, b: s3.put_object(Bucket=b, Key="k/ü +.txt"), "s3:PutObject", "/k/ü"),
        (lambda s3, b: s3.list_objects_v2(Bucket=b), "s3:ListBucket", ""),
        (lambda s3, b: s3.list_objects(Bucket=b), "s3:ListBucket", ""),
        (lambda s3, b: s3.list_object_versions(Bucket=b), "s3:ListBucketVersions", ""),
        (lambda s3, b: s3.create_multipart_upload(Bucket=b, Key="k"), "s3:PutObject", "/k"),
        (lambda s3, b: s3.delete_objects(Bucket=b, Delete={"Objects": [{"Key": "k"}]}), "s3:DeleteObject", "/k"),
        (lambda s3, b: s3.get_bucket_encryption(Bucket=b), "s3:GetEncryptionConfiguration", ""),
        (lambda s3, b: s3.get_public_access_block(Bucket=b), "s3:GetBucketPublicAccessBlock", ""),
        (lambda s3, b: s3.get_bucket_lifecycle_configuration(Bucket=b), "s3:GetLifecycleConfiguration", ""),
        (lambda s3, b: s3.delete_bucket_cors(Bucket=b), "s3:PutBucketCORS", ""),
        (lambda s3, b: s3.list_bucket_metrics_configurations(Bucket=b), "s3:GetMetricsConfiguration", ""),
        (lambda s3, b: s3.get_bucket_policy(Bucket=b), "s3:GetBucketPolicy", ""),
    ],
)
def test_actions_of_s3_are_not_named_like_its_operations(
    role: Roles, bucket: str, call: Any, action: str, key: str
) -> None:
    assert missing(lambda: call(role()("s3"), bucket)) == f"{action} arn:aws:s3:::{bucket}{key}"


def test_a_copy_reads_and_writes(role: Roles, bucket: str) -> None:
    def copy(s3: Any) -> Any:
        return s3.copy_object(Bucket=bucket, Key="b.txt", CopySource={"Bucket": bucket, "Key": "logs/a.txt"})

    assert missing(lambda: copy(role(allow("s3:PutObject"))("s3"))).startswith("s3:GetObject ")
    assert missing(lambda: copy(role(allow("s3:GetObject"))("s3"))).startswith("s3:PutObject ")
    copy(role(allow(["s3:GetObject", "s3:PutObject"]))("s3"))


def test_a_listing_is_limited_by_its_prefix(role: Roles, bucket: str) -> None:
    listing = allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", {"StringLike": {"s3:prefix": "logs/*"}})
    s3 = role(listing)("s3")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="logs/2026")["KeyCount"] == 0
    for prefix in ("", "other/"):
        assert refused(lambda prefix=prefix: s3.list_objects_v2(Bucket=bucket, Prefix=prefix))["Code"] == "AccessDenied"


def test_a_bucket_policy_grants_a_role_of_the_account(client: Client, role: Roles, bucket: str) -> None:
    name = role.make()
    s3 = role.session(name)("s3")
    arn = f"arn:aws:iam::{ACCOUNT}:role/app/{name}"
    granted = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": arn})
    client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(granted)))
    assert s3.get_object(Bucket=bucket, Key="logs/a.txt")["ContentLength"] == 1
    assert refused(lambda: s3.delete_object(Bucket=bucket, Key="logs/a.txt"))["Code"] == "AccessDenied"


def test_a_bucket_policy_denies_only_the_roles_that_it_names(client: Client, role: Roles, bucket: str) -> None:
    names = [role.make(allow("s3:*")) for _ in range(2)]
    arn = f"arn:aws:iam::{ACCOUNT}:role/app/{names[0]}"
    denied = deny("s3:*", [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"], Principal={"AWS": arn})
    client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(denied)))
    first, second = (role.session(name)("s3") for name in names)
    assert missing(lambda: first.get_object(Bucket=bucket, Key="logs/a.txt")).startswith("s3:GetObject ")
    for s3 in (second, client("s3")):
        assert s3.get_object(Bucket=bucket, Key="logs/a.txt")["ContentLength"] == 1


def test_a_bucket_policy_denies_what_the_role_may(client: Client, role: Roles, bucket: str) -> None:
    s3 = role(allow("s3:*"))("s3")
    encrypted = {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    denied = deny("s3:PutObject", f"arn:aws:s3:::{bucket}/*", encrypted, Principal="*")
    client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(denied)))
    error = refused(lambda: s3.put_object(Bucket=bucket, Key="b", ServerSideEncryption="AES256"))
    assert error["Message"].endswith("with an explicit deny in a resource-based policy")
    s3.get_object(Bucket=bucket, Key="logs/a.txt")
