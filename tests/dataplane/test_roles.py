"""Tasks act with their roles, as on ECS: the code with the task role, what ECS does for it with the execution role."""

import json
import textwrap
import urllib.request
from typing import Any

import boto3
import pytest

from local.iam.paths import CALLS_PATH
from tests.dataplane.account import REGION
from tests.dataplane.extra import Extra
from tests.dataplane.roles import EXECUTION, make_role
from tests.dataplane.running_platform import Platform
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

WHO_AM_I = """
    import boto3, os
    from botocore.exceptions import ClientError
    print(boto3.client("sts").get_caller_identity()["Arn"])
    print(len(boto3.client("secretsmanager").get_secret_value(SecretId="test/database/url")["SecretString"]) > 0)
    try:
        boto3.client("ecs").list_clusters()
    except ClientError as error:
        print(error.response["Error"]["Code"])
    print([name for name in os.environ if name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")])
"""


def denied(platform: Platform) -> list[dict[str, Any]]:
    url = platform.account.endpoint_url + CALLS_PATH
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as answer:
        calls: list[dict[str, Any]] = json.loads(answer.read())["denied"]
        return calls


def client(platform: Platform, service: str) -> Any:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client(service, endpoint_url=platform.account.endpoint_url, region_name=REGION, **keys)


def test_a_container_acts_with_its_task_role_and_its_logs_are_written_with_the_execution_role(
    platform: Platform,
) -> None:
    logs = client(platform, "logs")
    logs.create_log_group(logGroupName="/test/roles")
    options = {"awslogs-group": "/test/roles", "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
    definition = platform.account.register("roles", "1", logConfiguration={"logDriver": "awslogs", "options": options})
    task = platform.account.run(["python", "-c", textwrap.dedent(WHO_AM_I)], definition=definition)
    assert task["containers"][0]["exitCode"] == 0, task
    id_ = task["taskArn"].rpartition("/")[2]
    events = logs.get_log_events(logGroupName="/test/roles", logStreamName=f"web/web/{id_}")["events"]
    assert [event["message"] for event in events] == [
        f"arn:aws:sts::123456789012:assumed-role/test-task/{id_}",
        "True",
        "AccessDeniedException",
        "[]",
    ]
    calls = [(each["role"], each["action"]) for each in denied(platform)]
    assert ("test-task", "ecs:ListClusters") in calls


PROTECT = """
    import json, os, urllib.error, urllib.request
    url = os.environ["ECS_AGENT_URI"] + "/task-protection/v1/state"
    try:
        with urllib.request.urlopen(url) as answer:
            print(json.load(answer)["protection"]["ProtectionEnabled"])
    except urllib.error.HTTPError as error:
        print(json.load(error)["error"]["Message"])
        raise SystemExit(7)
"""


def test_the_agent_protects_a_task_with_its_task_role(platform: Platform) -> None:
    command = ["python", "-c", textwrap.dedent(PROTECT)]
    assert platform.account.run(command)["containers"][0]["exitCode"] == 0
    poor = make_role(platform.account.iam, "poor-task", [])
    definition = platform.account.register("poor", "1", roles={**platform.account.roles, "taskRoleArn": poor})
    task = platform.account.run(command, definition=definition)
    assert task["containers"][0]["exitCode"] == 7
    calls = [(each["role"], each["action"], each["resource"]) for each in denied(platform)]
    assert ("poor-task", "ecs:GetTaskProtection", task["taskArn"]) in calls


def test_a_secret_that_the_execution_role_may_not_read_stops_the_task(platform: Platform, extra: Extra) -> None:
    iam = platform.account.iam
    poor = make_role(iam, "poor-execution", [each for each in EXECUTION if not each.startswith("secretsmanager")])
    secret = platform.account.secret_arn
    extra.create(roles={"executionRoleArn": poor}, secrets=[{"name": "SECRET", "valueFrom": secret}])
    cause = "assumed-role/poor-execution/ecs is not authorized to perform: secretsmanager:GetSecretValue on resource: "
    wait_for("the verdict", lambda: f"{cause}{secret}" in extra.problem)
    assert "./windlass local status" in extra.status.next_step
    calls = [(each["role"], each["action"], each["resource"]) for each in denied(platform)]
    assert ("poor-execution", "secretsmanager:GetSecretValue", secret) in calls


def test_a_secret_without_an_execution_role_stops_the_task(platform: Platform, extra: Extra) -> None:
    extra.create(roles={}, secrets=[{"name": "SECRET", "valueFrom": platform.account.secret_arn}])
    wait_for("the verdict", lambda: "the task definition has no execution role to read it with" in extra.problem)


def test_a_role_that_does_not_trust_ecs_stops_the_task(platform: Platform, extra: Extra) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = make_role(platform.account.iam, "untrusting", ["*"], trust=trust)
    extra.create(roles={"taskRoleArn": role})
    cause = f"ECS was unable to assume the role '{role}' that was provided for this task."
    wait_for("the verdict", lambda: cause in extra.problem)
    assert extra.status.next_step.startswith("let the role trust ecs-tasks.amazonaws.com")
