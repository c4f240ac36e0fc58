"""The bucket, the key and the lock table of the states."""

import json
from dataclasses import replace
from typing import Any

from aws.account import Account
from backend import StateBootstrap, StateBootstrapInputs, StateBootstrapOutputs
from tests.support.stack import Synthesised, module_stack, synthesised

INPUTS = StateBootstrapInputs(
    bucket_name="acme-state", account=Account(region="eu-west-1", id="111122223333"), lock_table_name="acme-locks"
)


def bootstrap(**changes: Any) -> tuple[Synthesised, StateBootstrapOutputs]:
    with module_stack() as stack:
        outputs = StateBootstrap(stack, "state", replace(INPUTS, **changes)).outputs
        return synthesised(stack), outputs


def denials(result: Synthesised) -> dict[str, dict[str, Any]]:
    policy = json.loads(result.only("aws_s3_bucket_policy")["policy"])
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Deny"}
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_the_lock_tables_key_is_exactly_lockid() -> None:
    """S01."""
    table = bootstrap()[0].only("aws_dynamodb_table")
    assert table["hash_key"] == "LockID"
    assert table["attribute"] == [{"name": "LockID", "type": "S"}]


def test_the_lock_table_can_be_recovered_and_is_not_deleted_by_mistake() -> None:
    table = bootstrap()[0].only("aws_dynamodb_table")
    assert table["point_in_time_recovery"] == {"enabled": True}
    assert table["deletion_protection_enabled"] is True
    assert table["billing_mode"] == "PAY_PER_REQUEST"
    assert table["server_side_encryption"]["enabled"] is True


def test_with_a_lock_file_no_table_is_created() -> None:
    result, outputs = bootstrap(lock_table_name=None)
    assert not result.resources("aws_dynamodb_table")
    assert outputs.lock_table_name is None


def test_the_bucket_is_versioned_encrypted_and_private() -> None:
    """S01."""
    result, _ = bootstrap()
    assert result.only("aws_s3_bucket_versioning")["versioning_configuration"] == {"status": "Enabled"}
    (rule,) = result.only("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule["bucket_key_enabled"] is True
    assert rule["apply_server_side_encryption_by_default"]["sse_algorithm"] == "aws:kms"
    block = result.only("aws_s3_bucket_public_access_block")
    assert all(
        block[name] is True
        for name in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    )
    ownership = result.only("aws_s3_bucket_ownership_controls")
    assert ownership["rule"] == {"object_ownership": "BucketOwnerEnforced"}


def test_the_bucket_requires_recent_tls() -> None:
    statements = denials(bootstrap()[0])
    for sid, condition in (
        ("TlsOnly", {"Bool": {"aws:SecureTransport": "false"}}),
        ("RecentTlsOnly", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    ):
        assert statements[sid]["Principal"] == {"AWS": "*"}
        assert statements[sid]["Resource"] == ["arn:aws:s3:::acme-state", "arn:aws:s3:::acme-state/*"]
        assert statements[sid]["Condition"] == condition


def test_an_upload_cannot_choose_a_weaker_key() -> None:
    condition = denials(bootstrap()[0])["StoreKeyOnly"]["Condition"]
    assert condition == {
        "Null": {"s3:x-amz-server-side-encryption": "false"},
        "StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"},
    }


def test_old_versions_go_but_the_newest_stay() -> None:
    (rule,) = bootstrap()[0].only("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["noncurrent_version_expiration"] == [{"newer_noncurrent_versions": 20, "noncurrent_days": 90}]
    assert rule["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]


def test_terraform_refuses_to_destroy_a_protected_store() -> None:
    result, _ = bootstrap()
    for resource_type in ("aws_s3_bucket", "aws_dynamodb_table", "aws_kms_key"):
        assert result.only(resource_type)["lifecycle"] == {"prevent_destroy": True}
    assert result.only("aws_s3_bucket")["force_destroy"] is False


def test_a_throw_away_store_can_be_destroyed() -> None:
    """S05."""
    result, _ = bootstrap(protected=False)
    assert "prevent_destroy" not in result.text()
    assert result.only("aws_s3_bucket")["force_destroy"] is True
    assert result.only("aws_dynamodb_table")["deletion_protection_enabled"] is False


def test_the_keys_alias_is_derived_from_the_buckets_name() -> None:
    result, _ = bootstrap()
    assert result.only("aws_kms_alias")["name"] == "alias/acme-state"
    key = result.only("aws_kms_key")
    assert key["enable_key_rotation"] is True
    (statement,) = json.loads(key["policy"])["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}


def test_access_logs_are_an_option() -> None:
    assert not bootstrap()[0].resources("aws_s3_bucket_logging")
    logging = bootstrap(access_logs_bucket="acme-logs")[0].only("aws_s3_bucket_logging")
    assert (logging["target_bucket"], logging["target_prefix"]) == ("acme-logs", "acme-state/")
