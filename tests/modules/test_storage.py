"""Private buckets, and buckets that logs are delivered to."""

import json
from typing import Any

import pytest

from aws.account import Account
from modules.storage import AccessLogs, Bucket, BucketInputs, Lifecycle, LoadBalancerLogs, ServerAccessLogs
from tests.support.stack import Synthesised, module_stack, synthesised

ACCOUNT = Account(region="eu-west-1", id="111122223333")
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"


def bucket(**changes: Any) -> Synthesised:
    with module_stack() as stack:
        created = Bucket(stack, "files", BucketInputs(**({"name": "acme-files", "account": ACCOUNT} | changes)))
        stack.add_override("output.bucket_name.value", created.outputs.bucket_name)
    return synthesised(stack)


def statements(result: Synthesised) -> list[dict[str, Any]]:
    policy = json.loads(result.only("aws_s3_bucket_policy")["policy"])
    actual: list[dict[str, Any]] = policy["Statement"]
    return actual


def arn(result: Synthesised) -> str:
    (name,) = result.resources("aws_s3_bucket")
    return f"${{aws_s3_bucket.{name}.arn}}"


def rule(result: Synthesised) -> dict[str, Any]:
    (actual,) = result.only("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert isinstance(actual, dict)
    return actual


def test_nothing_in_a_bucket_can_be_public():
    block = bucket().only("aws_s3_bucket_public_access_block")
    settings = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert [block[setting] for setting in settings] == [True, True, True, True]


def test_a_bucket_knows_no_acls():
    assert bucket().only("aws_s3_bucket_ownership_controls")["rule"] == {"object_ownership": "BucketOwnerEnforced"}


def test_events_of_objects_go_to_eventbridge():
    assert bucket().only("aws_s3_bucket_notification")["eventbridge"] is True


def test_requests_without_tls_are_refused_for_the_bucket_and_every_object():
    result = bucket()
    (statement,) = statements(result)
    assert statement["Effect"] == "Deny"
    assert statement["Principal"] == {"AWS": "*"}
    assert statement["Resource"] == [arn(result), f"{arn(result)}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(
    ("key", "encryption"),
    [
        (None, {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}),
        (
            KEY,
            {
                "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": KEY},
                "bucket_key_enabled": True,
            },
        ),
    ],
)
def test_objects_are_encrypted_by_the_given_key_or_by_s3_itself(key: str | None, encryption: dict[str, Any]):
    body = bucket(kms_key_arn=key).only("aws_s3_bucket_server_side_encryption_configuration")
    assert body["rule"] == [encryption]


def test_old_versions_and_broken_uploads_go_and_nothing_else_does():
    result = bucket()
    assert result.only("aws_s3_bucket_versioning")["versioning_configuration"] == {"status": "Enabled"}
    assert rule(result)["noncurrent_version_expiration"] == [{"noncurrent_days": 30}]
    assert rule(result)["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]
    assert "expiration" not in rule(result)


def test_objects_can_expire():
    assert rule(bucket(lifecycle=Lifecycle(expire_after_days=90)))["expiration"] == [{"days": 90}]


def test_a_bucket_without_versions_has_none_to_expire():
    result = bucket(versioned=False)
    assert "aws_s3_bucket_versioning" not in result.inventory()
    assert "noncurrent_version_expiration" not in rule(result)


def test_load_balancers_of_the_account_deliver_into_their_folder():
    result = bucket(accepts=(LoadBalancerLogs(prefix="web"),))
    _, statement = statements(result)
    assert statement["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert statement["Action"] == "s3:PutObject"
    assert statement["Resource"] == f"{arn(result)}/web/AWSLogs/{ACCOUNT.id}/*"
    # The test file that decides about the load balancer comes without any key that a condition could name.
    assert "Condition" not in statement


def test_a_load_balancer_without_a_prefix_delivers_at_the_top():
    result = bucket(accepts=(LoadBalancerLogs(),))
    assert statements(result)[1]["Resource"] == f"{arn(result)}/AWSLogs/{ACCOUNT.id}/*"


def test_buckets_of_the_account_deliver_under_their_prefix():
    result = bucket(accepts=(ServerAccessLogs(prefix="buckets/"),))
    _, statement = statements(result)
    assert statement["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert statement["Resource"] == f"{arn(result)}/buckets/*"
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT.id}


def test_access_logs_can_be_turned_on():
    logging = bucket(access_logs=AccessLogs(bucket_name="acme-logs", prefix="files/")).only("aws_s3_bucket_logging")
    assert (logging["target_bucket"], logging["target_prefix"]) == ("acme-logs", "files/")


def test_a_user_of_the_bucket_waits_for_its_policy():
    result = bucket()
    (policy,) = result.resources("aws_s3_bucket_policy")
    assert result.document["output"]["bucket_name"]["value"] == f"${{aws_s3_bucket_policy.{policy}.bucket}}"


def test_only_an_environment_to_throw_away_deletes_objects_with_their_bucket():
    assert bucket().only("aws_s3_bucket")["force_destroy"] is False
    assert bucket(force_destroy=True).only("aws_s3_bucket")["force_destroy"] is True


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "Acme_Files"}, "name is 'Acme_Files': 3 to 63 lower-case letters"),
        ({"name": "a" * 64}, "3 to 63 lower-case letters"),
        (
            {"kms_key_arn": KEY, "accepts": (ServerAccessLogs(),)},
            "accepts logs and has a kms_key_arn: AWS delivers logs to SSE-S3 only",
        ),
        ({"access_logs": AccessLogs(bucket_name="acme-files", prefix="")}, "logs into itself"),
    ],
)
def test_a_bucket_that_cannot_work_is_refused_with_a_reason(changes: dict[str, Any], sentence: str):
    with pytest.raises(ValueError, match=sentence):
        bucket(**changes)


@pytest.mark.parametrize("prefix", ["/web", "web/", "AWSLogs", "web/AWSLogs"])
def test_a_prefix_that_a_load_balancer_cannot_have_is_refused(prefix: str):
    with pytest.raises(ValueError, match=f"prefix is '{prefix}'"):
        LoadBalancerLogs(prefix=prefix)


def test_a_lifecycle_of_no_days_is_refused():
    with pytest.raises(ValueError, match="expire_after_days is 0: 1 day or more"):
        Lifecycle(expire_after_days=0)
