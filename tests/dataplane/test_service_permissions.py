"""Code of a service may do what its short forms say, with the role that is generated for it, and nothing beside it."""

import json
import textwrap
from typing import Any

import boto3
import pytest
from pydantic_core import to_jsonable_python

from aws.service_permissions import SHORT_FORMS
from config import Environment
from layers.synthesis import terraform_json
from tests.dataplane.account import REGION
from tests.dataplane.generated_roles import GeneratedRoles
from tests.dataplane.running_platform import Platform
from tests.support.options import environment

pytestmark = pytest.mark.slow

SERVICE = "s" * 16
GROUP = "/test/permissions"
OWN, QUEUES = f"w/perms/{SERVICE}", "https://sqs.eu-west-1.amazonaws.com/123456789012"
PERMISSIONS: dict[str, Any] = {
    "s3_read": ["reports/daily"],
    "s3_write": ["inbox"],
    "sqs_send": ["orders"],
    "sqs_receive": ["jobs"],
    "dynamodb_read": ["carts"],
    "dynamodb_write": ["visits"],
    "ses_send": ["example.com"],
    "invoke": ["resize"],
    "events_put": ["shop"],
    "ssm_read": ["flags/*"],
    "secrets_read": ["partners/*"],
}
PROGRAM = """
    import boto3, json, os
    from botocore.exceptions import ClientError
    failed = []
    for line in json.loads(os.environ["CALLS"]):
        service, operation, parameters, allowed = line
        try:
            getattr(boto3.client(service), operation)(**parameters)
            code = ""
        except ClientError as error:
            code = error.response["Error"]["Code"]
        # There is no function: that is asked after the permission.
        went = code == "" or (service == "lambda" and code == "ResourceNotFoundException")
        if not (went if allowed else "AccessDenied" in code):
            failed.append(f"{service} {operation} {parameters}: {code or 'allowed'}")
    print(failed)
"""
ITEM = {"id": {"S": "1"}}
MAIL = {
    "Destination": {"ToAddresses": ["you@example.com"]},
    "Message": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}},
}


def event(bus: str) -> dict[str, Any]:
    return {"Entries": [{"Source": "shop", "DetailType": "order", "Detail": "{}", "EventBusName": bus}]}


ALLOWED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("s3", "get_object", {"Bucket": "reports", "Key": "daily/a"}),
    ("s3", "list_objects_v2", {"Bucket": "reports", "Prefix": "daily/"}),
    ("s3", "put_object", {"Bucket": "inbox", "Key": "a"}),
    ("s3", "delete_object", {"Bucket": "inbox", "Key": "a"}),
    ("sqs", "send_message", {"QueueUrl": f"{QUEUES}/orders", "MessageBody": "m"}),
    ("sqs", "receive_message", {"QueueUrl": f"{QUEUES}/jobs"}),
    ("dynamodb", "get_item", {"TableName": "carts", "Key": ITEM}),
    (
        "dynamodb",
        "query",
        {"TableName": "carts", "KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": {"S": "1"}}},
    ),
    ("dynamodb", "put_item", {"TableName": "visits", "Item": ITEM}),
    ("ses", "send_email", {"Source": "shop@example.com", **MAIL}),
    ("lambda", "invoke", {"FunctionName": "resize"}),
    ("events", "put_events", event("shop")),
    ("ssm", "get_parameter", {"Name": f"/{OWN}/flags/new", "WithDecryption": True}),
    ("ssm", "get_parameters_by_path", {"Path": f"/{OWN}/flags", "WithDecryption": True}),
    ("secretsmanager", "get_secret_value", {"SecretId": f"{OWN}/partners/acme"}),
)
DENIED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("s3", "get_object", {"Bucket": "reports", "Key": "weekly/a"}),
    ("s3", "list_objects_v2", {"Bucket": "reports"}),
    ("s3", "put_object", {"Bucket": "reports", "Key": "daily/a"}),
    ("s3", "get_object", {"Bucket": "inbox", "Key": "a"}),
    ("s3", "get_object", {"Bucket": "w-state-123456789012-eu-west-1", "Key": "a"}),
    ("sqs", "send_message", {"QueueUrl": f"{QUEUES}/jobs", "MessageBody": "m"}),
    ("sqs", "receive_message", {"QueueUrl": f"{QUEUES}/orders"}),
    ("dynamodb", "put_item", {"TableName": "carts", "Item": ITEM}),
    ("dynamodb", "get_item", {"TableName": "visits", "Key": ITEM}),
    ("ses", "send_email", {"Source": "boss@example.org", **MAIL}),
    ("lambda", "invoke", {"FunctionName": "pay"}),
    ("events", "put_events", event("default")),
    ("ssm", "get_parameter", {"Name": "/w/perms/api/flags/new"}),
    ("ssm", "get_parameters_by_path", {"Path": "/w/perms"}),
    ("secretsmanager", "get_secret_value", {"SecretId": "w/perms/api/partners/acme"}),
    ("secretsmanager", "get_secret_value", {"SecretId": "w/perms/database/password"}),
    ("secretsmanager", "get_secret_value", {"SecretId": f"{OWN}/stripe"}),
    ("iam", "create_user", {"UserName": "me"}),
    ("sts", "assume_role", {"RoleArn": "arn:aws:iam::123456789012:role/test-task", "RoleSessionName": "me"}),
)


def client(platform: Platform, service: str) -> Any:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client(service, endpoint_url=platform.account.endpoint_url, region_name=REGION, **keys)


@pytest.fixture(scope="module")
def definition(running_platform: Platform) -> str:
    """A task definition with the service's roles, and everything that the calls name."""
    platform = running_platform
    key = client(platform, "kms").create_key()["KeyMetadata"]["Arn"]
    s3, place = client(platform, "s3"), {"LocationConstraint": REGION}
    for bucket in ("reports", "inbox", "w-state-123456789012-eu-west-1"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    for bucket, name in (("reports", "daily/a"), ("reports", "weekly/a"), ("inbox", "a")):
        s3.put_object(Bucket=bucket, Key=name, Body=b"a")
    for queue in ("orders", "jobs"):
        client(platform, "sqs").create_queue(QueueName=queue)
    for table in ("carts", "visits"):
        client(platform, "dynamodb").create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
    for domain in ("example.com", "example.org"):
        client(platform, "ses").verify_domain_identity(Domain=domain)
    client(platform, "events").create_event_bus(Name="shop")
    for name in (f"/{OWN}/flags/new", "/w/perms/api/flags/new"):
        client(platform, "ssm").put_parameter(Name=name, Value="on", Type="SecureString", KeyId=key)
    for name in (f"{OWN}/partners/acme", f"{OWN}/stripe", "w/perms/api/partners/acme", "w/perms/database/password"):
        platform.account.secrets.create_secret(Name=name, SecretString="s", KmsKeyId=key)
    data: dict[str, Any] = dict(to_jsonable_python(environment("web")))
    # Names of its own: another test makes roles of this service too.
    data["name"] = "perms"
    data["services"][SERVICE]["permissions"] = PERMISSIONS
    documents = terraform_json(Environment.model_validate_json(json.dumps(data)))
    outputs = {
        "kms_key_arn": key,
        "database_url_secret_arn": platform.account.secret_arn,
        f"repository_arns.{SERVICE}": f"arn:aws:ecr:{REGION}:123456789012:repository/windlass-test/web",
    }
    roles = GeneratedRoles(platform.account, documents, SERVICE, outputs)
    calls = json.dumps([*((*each, True) for each in ALLOWED), *((*each, False) for each in DENIED)])
    arns = {**platform.account.roles, "taskRoleArn": roles.make()["taskRoleArn"]}
    client(platform, "logs").create_log_group(logGroupName=GROUP)
    options = {"awslogs-group": GROUP, "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
    return platform.account.register(
        "permissions",
        "1",
        roles=arns,
        environment=[{"name": "CALLS", "value": calls}],
        logConfiguration={"logDriver": "awslogs", "options": options},
    )


def test_what_the_short_forms_say_is_allowed_and_nothing_beside_it(platform: Platform, definition: str) -> None:
    assert set(PERMISSIONS) == set(SHORT_FORMS)
    task = platform.account.run(["python", "-c", textwrap.dedent(PROGRAM)], definition=definition)
    stream = f"web/web/{task['taskArn'].rpartition('/')[2]}"
    events = client(platform, "logs").get_log_events(logGroupName=GROUP, logStreamName=stream)["events"]
    assert [event["message"] for event in events] == ["[]"]
