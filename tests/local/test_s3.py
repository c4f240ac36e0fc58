import json
from urllib.parse import unquote_plus
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

LOCATION = {"LocationConstraint": "eu-west-1"}


@pytest.fixture
def bucket(client):
    name = f"windlass-{uuid4()}"
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=LOCATION)
    return name


def _deny(bucket: str, condition: dict[str, dict[str, str]]) -> str:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        **({"Condition": condition} if condition else {}),
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}},
    ],
    ids=["tls", "tls-version", "unknown-key"],
)
def test_a_denial_whose_condition_does_not_hold_lets_objects_through(client, bucket, condition):
    s3 = client("s3")
    s3.put_bucket_policy(Bucket=bucket, Policy=_deny(bucket, condition))

    s3.put_object(Bucket=bucket, Key="state", Body=b"kept")

    assert s3.get_object(Bucket=bucket, Key="state")["Body"].read() == b"kept"


@pytest.mark.parametrize("condition", [{}, {"Bool": {"aws:SecureTransport": ["true"]}}], ids=["none", "holds"])
def test_a_denial_whose_condition_holds_still_denies(client, bucket, condition):
    s3 = client("s3")
    s3.put_bucket_policy(Bucket=bucket, Policy=_deny(bucket, condition))

    with pytest.raises(ClientError, match=r"403|AccessDenied|Forbidden"):
        s3.put_object(Bucket=bucket, Key="state", Body=b"refused")


def test_lifecycle_keeps_the_number_of_newer_versions(client, bucket):
    s3 = client("s3")
    rule = {
        "ID": "old-versions",
        "Status": "Enabled",
        "Filter": {},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90, "NewerNoncurrentVersions": 10},
    }
    plain = {"ID": "plain", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}

    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule, plain]})

    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert [each.get("NoncurrentVersionExpiration") for each in rules] == [rule["NoncurrentVersionExpiration"], None]


def _allow_log_delivery(bucket: str, resource: str) -> str:
    deny = json.loads(_deny(bucket, {"Bool": {"aws:SecureTransport": "false"}}))["Statement"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": ["logging.s3.amazonaws.com"]},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/{resource}",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [*deny, allow]})


def test_access_logging_needs_a_policy_that_allows_it(client, bucket):
    s3 = client("s3")
    logging = {"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "s3/"}}
    s3.put_bucket_policy(Bucket=bucket, Policy=_allow_log_delivery(bucket, "elsewhere/*"))
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=logging)

    s3.put_bucket_policy(Bucket=bucket, Policy=_allow_log_delivery(bucket, "s3/*"))
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=logging)

    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]["TargetPrefix"] == "s3/"


def test_a_versioned_bucket_with_delete_markers_can_be_emptied_and_deleted(client, bucket):
    s3 = client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="file", Body=b"1")
    s3.delete_object(Bucket=bucket, Key="file")

    listed = s3.list_object_versions(Bucket=bucket)
    for version in [*listed["Versions"], *listed["DeleteMarkers"]]:
        s3.delete_object(Bucket=bucket, Key="file", VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=bucket)

    assert bucket not in [each["Name"] for each in s3.list_buckets()["Buckets"]]


def test_a_bucket_says_that_its_events_go_to_eventbridge(client, bucket):
    s3 = client("s3")
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket=bucket)
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    assert s3.get_bucket_notification_configuration(Bucket=bucket)["EventBridgeConfiguration"] == {}
    s3.put_object(Bucket=bucket, Key="file", Body=b"1")
    assert s3.get_object(Bucket=bucket, Key="file")["Body"].read() == b"1"


RUN_ID_KEY = "dag_id=a/run_id=manual__2026-01-01T00:00:00+00:00/attempt=1.log"
AWKWARD_KEYS = [RUN_ID_KEY, "a b", "100%", "a%2Bb", "ä/ö+", "plain"]
OPERATIONS = {"list_objects": "Contents", "list_objects_v2": "Contents", "list_object_versions": "Versions"}


@pytest.fixture
def awkward_bucket(client, bucket):
    s3 = client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in AWKWARD_KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    return bucket


@pytest.mark.parametrize("operation", OPERATIONS)
def test_names_are_url_encoded_only_where_a_client_requests_it(client, awkward_bucket, operation):
    """boto3 decodes the names only where it asked for the encoding itself, not where its caller did."""
    s3 = client("s3")
    plain = getattr(s3, operation)(Bucket=awkward_bucket)
    encoded = getattr(s3, operation)(Bucket=awkward_bucket, EncodingType="url")

    keys = [item["Key"] for item in encoded[OPERATIONS[operation]]]
    assert sorted(item["Key"] for item in plain[OPERATIONS[operation]]) == sorted(AWKWARD_KEYS)
    assert sorted(unquote_plus(key) for key in keys) == sorted(AWKWARD_KEYS)
    assert encoded["EncodingType"] == "url"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_prefixes_are_url_encoded_too(client, awkward_bucket, operation):
    s3 = client("s3")
    answer = getattr(s3, operation)(Bucket=awkward_bucket, EncodingType="url", Prefix="ä/", Delimiter="+")
    assert unquote_plus(answer["Prefix"]) == "ä/"
    assert answer["Delimiter"] == "%2B"
    assert [unquote_plus(each["Prefix"]) for each in answer["CommonPrefixes"]] == ["ä/ö+"]


def test_uploads_in_progress_are_url_encoded_too(client, bucket):
    s3 = client("s3")
    s3.create_multipart_upload(Bucket=bucket, Key="a+b")
    (upload,) = s3.list_multipart_uploads(Bucket=bucket, EncodingType="url")["Uploads"]
    assert upload["Key"] == "a%2Bb"


def test_pages_go_on_after_a_key_that_needs_encoding(client, awkward_bucket):
    keys, marker = [], {}
    for _ in AWKWARD_KEYS:
        page = client("s3").list_object_versions(Bucket=awkward_bucket, EncodingType="url", MaxKeys=1, **marker)
        keys += [unquote_plus(version["Key"]) for version in page["Versions"]]
        if page["IsTruncated"]:
            marker = {
                "KeyMarker": unquote_plus(page["NextKeyMarker"]),
                "VersionIdMarker": page["NextVersionIdMarker"],
            }
    assert sorted(keys) == sorted(AWKWARD_KEYS)
    assert not page["IsTruncated"]
