"""Per protocol: what AWS refuses by its model is refused with its code, and what it accepts is not."""

import pytest

from tests.local.strict.wrong_requests import TRUST, WRONG, Wrong
from tests.support.answers import strict_page


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_refused_as_by_aws(refused, wrong: Wrong) -> None:
    answer = refused(wrong.service, wrong.operation, **wrong.parameters)
    assert (answer["status"], answer["code"], answer["retries"]) == (400, wrong.code, 0)
    assert wrong.says in answer["message"]
    assert answer["message"].endswith("(refused by AWS's model)")


def test_what_is_valid_is_answered(unchecked, endpoint_url) -> None:
    before = strict_page(endpoint_url)
    unchecked("iam").create_role(RoleName="strict", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "a", "Value": ""}])
    vpc = unchecked("ec2").create_vpc(CidrBlock="10.77.0.0/16", InstanceTenancy="default")["Vpc"]
    unchecked("ec2").describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}], MaxResults=5)
    unchecked("logs").create_log_group(logGroupName="/strict/group", tags={"a": "b"})
    unchecked("efs").create_file_system(CreationToken="strict", PerformanceMode="generalPurpose")
    s3 = unchecked("s3")
    s3.create_bucket(Bucket="strict-valid", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="strict-valid", VersioningConfiguration={"Status": "Enabled"})
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 3}}
    s3.put_bucket_lifecycle_configuration(Bucket="strict-valid", LifecycleConfiguration={"Rules": [rule]})
    unchecked("cloudwatch").list_metrics(Namespace="AWS/ECS")
    after = strict_page(endpoint_url)
    assert after["judged"] - before["judged"] == 9
    assert after["refused"] == before["refused"]


def test_the_value_of_a_secret_is_in_no_answer(refused) -> None:
    answer = refused("secretsmanager", "create_secret", Name="strict", SecretString="hunter2" * 10000)
    assert "at 'secretString'" in answer["message"]
    assert "hunter2" not in answer["message"]


def test_what_is_missing_in_s3_stays_missing(refused, unchecked) -> None:
    """An answer of status 404 that has the type of HTML is moto's own, unless it is Flask's page."""
    unchecked("s3").create_bucket(Bucket="strict-404", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert refused("s3", "head_object", Bucket="strict-404", Key="no")["status"] == 404
    assert refused("s3", "get_object", Bucket="strict-404", Key="no")["code"] == "NoSuchKey"
    assert refused("route53", "get_hosted_zone", Id="Z0")["code"] == "NoSuchHostedZone"
    assert refused("efs", "describe_file_systems", FileSystemId="fs-0123456789abcdef0")["code"] == "FileSystemNotFound"
    assert refused("lambda", "get_function", FunctionName="no")["code"] == "ResourceNotFoundException"
