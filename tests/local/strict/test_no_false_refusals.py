"""Every operation of the platform's services, with every member, is read back from what botocore sends."""

import pytest

from local.strict.calls import recognise
from local.strict.judge import examine
from local.strict.violations import Kind
from tests.local.strict.requests import example, operations, written

SERVICES = (
    *(
        "acm",
        "application-autoscaling",
        "backup",
        "budgets",
        "cloudformation",
        "cloudfront",
        "cloudwatch",
        "codedeploy",
    ),
    *("dynamodb", "ec2", "ecr", "ecs", "efs", "elasticache", "elbv2", "events", "iam", "kms", "lambda", "logs", "rds"),
    *("resourcegroupstaggingapi", "route53", "s3", "s3control", "scheduler", "secretsmanager", "service-quotas"),
    *("servicediscovery", "sesv2", "sns", "sqs", "ssm", "sts", "wafv2"),
)
SAME_ADDRESS = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "ListDirectoryBuckets": "ListBuckets",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
}
"""Operations of S3 that AWS replaced; nothing in a request tells them from the newer ones."""


@pytest.mark.parametrize("service", SERVICES)
def test_what_botocore_sends_is_recognised_and_valid(service: str) -> None:
    wrong = []
    judged = 0
    for operation in operations(service):
        shape = operation.input_shape
        environ, body = written(service, operation.name, example(shape) if shape is not None else {})
        call = recognise(environ, body)
        assert call.name == f"{service}.{SAME_ADDRESS.get(operation.name, operation.name)}"
        if operation.name in SAME_ADDRESS:
            continue
        judged += 1
        # The examples do not obey patterns, and botocore makes a URL of its own member `SourceRegion`.
        violations = [one for one in examine(call, environ, body) if one.kind is not Kind.PATTERN]
        wrong += [(operation.name, one) for one in violations if one.path != "sourceRegion"]
    assert wrong == []
    assert judged > 5
