"""Tasks act with their roles, as on ECS: the code with the task role, what ECS does for it with the execution role."""

import json
import textwrap
import urllib.request
from typing import Any

import boto3
import pytest

from local.iam.paths import CALLS_PATH
from local.image_registry import add_tags
from tests.dataplane.account import IMAGE, REGION
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


def execution_role(platform: Platform, name: str, *, without: str) -> dict[str, str]:
    """An execution role that lacks one action."""
    return {"executionRoleArn": make_role(platform.account.iam, name, [each for each in EXECUTION if each != without])}


def logs_to(platform: Platform, group: str) -> dict[str, Any]:
    client(platform, "logs").create_log_group(logGroupName=group)
    options = {"awslogs-group": group, "awslogs-region": REGION, "awslogs-stream-prefix": "s"}
    return {"logConfiguration": {"logDriver": "awslogs", "options": options}}


def missing(platform: Platform, role: str) -> list[tuple[str, str]]:
    """Each action and resource that the role was denied."""
    return [(each["action"], each["resource"]) for each in denied(platform) if each["role"] == role]


REPOSITORY = f"arn:aws:ecr:{REGION}:123456789012:repository/windlass-test/web"
SECRET, GROUP = "secretsmanager:GetSecretValue", "/test/denied"


@pytest.mark.parametrize(
    ("action", "reason", "resource"),
    [
        (
            "ecr:GetAuthorizationToken",
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval "
            "failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): "
            "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/without-GetAuthorizationToken/ecs is "
            "not authorized to perform: ecr:GetAuthorizationToken on resource: * ",
            "*",
        ),
        (
            SECRET,
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval "
            "failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch "
            "secret {secret} from secrets manager: AccessDeniedException: User: arn:aws:sts::123456789012:"
            "assumed-role/without-GetSecretValue/ecs is not authorized to perform: secretsmanager:GetSecretValue ",
            "{secret}",
        ),
        (
            "ecr:BatchGetImage",
            f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {IMAGE}:1"
            f": pulling from host {IMAGE.partition('/')[0]} failed with status code [manifests 1]: 403 Forbidden",
            REPOSITORY,
        ),
        ("ecr:GetDownloadUrlForLayer", "CannotPullContainerError: pull image manifest", REPOSITORY),
        (
            "logs:CreateLogStream",
            "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
            "failed to create Cloudwatch log stream: AccessDeniedException: User: arn:aws:sts::123456789012:"
            "assumed-role/without-CreateLogStream/ecs is not authorized to perform: logs:CreateLogStream ",
            "",
        ),
    ],
)
def test_a_permission_that_the_execution_role_lacks_stops_the_task_before_its_containers_start(
    platform: Platform, extra: Extra, action: str, reason: str, resource: str
) -> None:
    name = f"without-{action.partition(':')[2]}"
    secret = platform.account.secret_arn
    reason = reason.format(secret=secret)
    options = logs_to(platform, f"{GROUP}-{name}")
    roles = execution_role(platform, name, without=action)
    extra.create(f"{IMAGE}:1", roles=roles, secrets=[{"name": "SECRET", "valueFrom": secret}], **options)
    wait_for("the verdict", lambda: f"does not start: {reason}" in extra.problem)
    assert "denied calls are in ./windlass local status" in extra.status.next_step
    assert any(f"failed: {reason}" in event for event in extra.events())
    ended = {(each["stopCode"], each["stoppedReason"].startswith(reason)) for each in extra.ended_tasks()}
    assert ended == {("TaskFailedToStart", True)}
    (call,) = missing(platform, name)
    assert call[0] == action
    assert call[1].startswith(resource.format(secret=secret))


def test_a_task_whose_lines_may_not_be_written_runs_and_the_refusal_is_listed(platform: Platform, extra: Extra) -> None:
    options = logs_to(platform, "/test/silent")
    roles = execution_role(platform, "silent", without="logs:PutLogEvents")
    extra.create(f"{IMAGE}:1", roles=roles, **options)
    wait_for("its start", lambda: extra.is_steady)
    group = f"arn:aws:logs:{REGION}:123456789012:log-group:/test/silent:log-stream:s/main/"
    assert [(action, arn[: len(group)]) for action, arn in missing(platform, "silent")] == [
        ("logs:PutLogEvents", group)
    ]


@pytest.mark.parametrize(
    "image",
    [f"{IMAGE}:never-pushed", f"{IMAGE}@sha256:{'0' * 64}", f"{IMAGE.rpartition('/')[0]}/none/web:1"],
    ids=["tag", "digest", "repository"],
)
def test_an_image_that_nobody_pushed_stops_the_task(platform: Platform, extra: Extra, image: str) -> None:
    extra.create(image, roles=execution_role(platform, f"pulls-{len(image)}", without=""))
    reason = (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
        f"{image}: {image}: not found"
    )
    wait_for("the verdict", lambda: f"does not start: {reason}" in extra.problem)
    assert {each["stopCode"] for each in extra.ended_tasks()} == {"TaskFailedToStart"}


def test_an_image_of_another_registry_needs_no_permission(platform: Platform, extra: Extra) -> None:
    extra.create("ghcr.io/somebody/web:1", roles={"executionRoleArn": make_role(platform.account.iam, "nothing", [])})
    wait_for("its start", lambda: extra.is_steady)
    assert missing(platform, "nothing") == []


def test_an_image_that_nobody_has_pushed_stops_the_task_until_somebody_does(platform: Platform, extra: Extra) -> None:
    ecr, host = client(platform, "ecr"), IMAGE.partition("/")[0]
    ecr.create_repository(repositoryName="empty/web")
    image = f"{host}/empty/web:1.0.0"
    extra.create(image, roles=execution_role(platform, "pulls", without=""))
    wait_for("the verdict", lambda: f"failed to resolve ref {image}: {image}: not found" in extra.problem)
    add_tags(ecr, [("empty/web", "1.0.0")])
    wait_for("its start", lambda: extra.is_steady, 60)


def test_a_secret_without_a_value_stops_the_task_until_it_has_one(platform: Platform, extra: Extra) -> None:
    manager = client(platform, "secretsmanager")
    secret = manager.create_secret(Name="test/without-a-value")["ARN"]
    roles = execution_role(platform, "reads", without="")
    extra.create(f"{IMAGE}:1", roles=roles, secrets=[{"name": "SECRET", "valueFrom": secret}])
    reason = (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
        "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret "
        f"{secret} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret "
        "value for staging label: AWSCURRENT"
    )
    wait_for("the verdict", lambda: f"does not start: {reason}" in extra.problem)
    assert {each["stopCode"] for each in extra.ended_tasks()} == {"TaskFailedToStart"}
    manager.put_secret_value(SecretId=secret, SecretString="now it has")
    wait_for("its start", lambda: extra.is_steady, 60)


def test_the_first_image_of_a_pull_through_cache_needs_what_copies_it(platform: Platform, extra: Extra) -> None:
    ecr = client(platform, "ecr")
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="test/ghcr", upstreamRegistryUrl="ghcr.io")
    host = IMAGE.partition("/")[0]
    extra.create(f"{host}/test/ghcr/somebody/web:1", roles=execution_role(platform, "copies-nothing", without=""))
    wait_for("the verdict", lambda: "CannotPullContainerError" in extra.problem)
    resource = f"arn:aws:ecr:{REGION}:123456789012:repository/test/ghcr/somebody/web"
    assert missing(platform, "copies-nothing") == [("ecr:CreateRepository", resource)]


FILE_SYSTEM, ACCESS_POINT = "fs-0123456789abcdef0", "fsap-0123456789abcdef0"
ON_EFS = {
    "name": "shared",
    "efsVolumeConfiguration": {
        "fileSystemId": FILE_SYSTEM,
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"accessPointId": ACCESS_POINT, "iam": "ENABLED"},
    },
}


def mounts(access_point: str) -> dict[str, Any]:
    """A statement that allows to mount the file system at an access point."""
    efs = f"arn:aws:elasticfilesystem:{REGION}:123456789012"
    at = {"elasticfilesystem:AccessPointArn": f"{efs}:access-point/{access_point}"}
    return {
        "Effect": "Allow",
        "Action": "elasticfilesystem:ClientMount",
        "Resource": f"{efs}:file-system/{FILE_SYSTEM}",
        "Condition": {"StringEquals": at},
    }


def on_efs(platform: Platform, extra: Extra, name: str, access_point: str) -> None:
    """Start a task that needs a file of the file system, with a task role that may mount an access point."""
    role = make_role(platform.account.iam, name, [])
    policy = json.dumps({"Version": "2012-10-17", "Statement": [mounts(access_point)]})
    platform.account.iam.put_role_policy(RoleName=name, PolicyName="mount", PolicyDocument=policy)
    extra.create(
        roles={**platform.account.roles, "taskRoleArn": role},
        volumes=[ON_EFS],
        mountPoints=[{"sourceVolume": "shared", "containerPath": "/data", "readOnly": True}],
        command=["sh", "-c", "grep -q shared /data/file && exec sleep 600"],
    )


def test_tasks_share_a_file_system_that_their_role_may_mount(platform: Platform, extra: Extra) -> None:
    folder = platform.data_plane.settings.file_systems_folder / FILE_SYSTEM / ACCESS_POINT
    folder.mkdir(parents=True)
    (folder / "file").write_text("shared")
    on_efs(platform, extra, "mounts", ACCESS_POINT)
    wait_for("its start", lambda: extra.is_steady)


def test_a_task_role_that_may_not_mount_the_access_point_stops_the_task(platform: Platform, extra: Extra) -> None:
    on_efs(platform, extra, "mounts-another", "fsap-00000000000000000")
    wait_for("the verdict", lambda: "failed to invoke EFS utils commands to set up EFS volumes" in extra.problem)
    file_system = f"arn:aws:elasticfilesystem:{REGION}:123456789012:file-system/{FILE_SYSTEM}"
    assert missing(platform, "mounts-another") == [("elasticfilesystem:ClientMount", file_system)]


def test_a_secret_without_an_execution_role_stops_the_task(platform: Platform, extra: Extra) -> None:
    extra.create(roles={}, secrets=[{"name": "SECRET", "valueFrom": platform.account.secret_arn}])
    wait_for("the verdict", lambda: "the task definition has no execution role to read it with" in extra.problem)


def test_an_image_of_ecr_without_an_execution_role_stops_the_task(extra: Extra) -> None:
    extra.create(f"{IMAGE}:1", roles={})
    wait_for("the verdict", lambda: "the task definition has no execution role to pull the image" in extra.problem)


def test_a_role_that_does_not_trust_ecs_stops_the_task(platform: Platform, extra: Extra) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = make_role(platform.account.iam, "untrusting", ["*"], trust=trust)
    extra.create(roles={"taskRoleArn": role})
    cause = f"ECS was unable to assume the role '{role}' that was provided for this task."
    wait_for("the verdict", lambda: cause in extra.problem)
    assert extra.status.next_step.startswith("let the role trust ecs-tasks.amazonaws.com")
