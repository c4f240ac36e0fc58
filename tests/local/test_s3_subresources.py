from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def bucket(client):
    name = f"windlass-{uuid4()}"
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


def test_the_owner_pays_for_requests_unless_somebody_says_otherwise(client, bucket):
    s3 = client("s3")
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "Requester"


def test_a_subresource_that_is_not_emulated_is_not_taken_for_the_bucket(client, bucket):
    s3 = client("s3")
    metrics = {"Bucket": bucket, "Id": "all"}
    for call, arguments in (
        (s3.list_bucket_metrics_configurations, {"Bucket": bucket}),
        (s3.put_bucket_metrics_configuration, {**metrics, "MetricsConfiguration": {"Id": "all"}}),
        (s3.delete_bucket_metrics_configuration, metrics),
        (s3.delete_bucket_intelligent_tiering_configuration, metrics),
    ):
        with pytest.raises(ClientError) as caught:
            call(**arguments)
        assert caught.value.response["Error"]["Code"] == "NotEmulated"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    s3.head_bucket(Bucket=bucket)


def test_a_tag_may_have_no_value(client, bucket):
    s3 = client("s3")
    tags = [{"Key": "empty", "Value": ""}, {"Key": "full", "Value": "1"}]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags[:1]})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags[:1]


def test_what_a_bucket_policy_denies_is_access_denied(client, bucket):
    s3 = client("s3")
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject",'
        f'"Resource":"arn:aws:s3:::{bucket}/*"}}]}}'
    )
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_object(Bucket=bucket, Key="a")
