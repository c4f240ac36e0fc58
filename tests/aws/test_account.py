"""ARNs of an account, and where the account is."""

import pytest

from aws.account import Account
from config.aws import Aws

ACCOUNT = Account(region="eu-west-1", id="111122223333")
CHINA = Account.in_region("cn-north-1", "111122223333")


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (ACCOUNT.arn("logs", "log-group:/ecs/web"), "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web"),
        (ACCOUNT.iam_arn("role/deploy"), "arn:aws:iam::111122223333:role/deploy"),
        (ACCOUNT.root_arn, "arn:aws:iam::111122223333:root"),
        (ACCOUNT.managed_policy_arn("ReadOnlyAccess"), "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        (ACCOUNT.partition_arn("scheduler", "aws-sdk:ecs:runTask"), "arn:aws:scheduler:::aws-sdk:ecs:runTask"),
        (ACCOUNT.bucket_arn("logs/*"), "arn:aws:s3:::logs/*"),
        (CHINA.arn("sqs", "queue"), "arn:aws-cn:sqs:cn-north-1:111122223333:queue"),
        (CHINA.managed_policy_arn("ReadOnlyAccess"), "arn:aws-cn:iam::aws:policy/ReadOnlyAccess"),
    ],
)
def test_an_arn_names_partition_region_and_account_where_the_service_has_them(arn: str, expected: str) -> None:
    assert arn == expected


def test_endpoints_end_in_the_partitions_domain() -> None:
    assert ACCOUNT.endpoint("ssm") == "ssm.eu-west-1.amazonaws.com"
    assert CHINA.endpoint("ssm") == "ssm.cn-north-1.amazonaws.com.cn"
    assert CHINA.ecr_host == "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn"


def test_an_environment_knows_its_account() -> None:
    aws = Aws(region="us-gov-west-1", account_id="111122223333")
    assert aws.account == Account(partition="aws-us-gov", region="us-gov-west-1", id="111122223333")
