"""A service's own command, user, folders and time to stop, as the generated task definition says them."""

import json
from typing import Any

import boto3
import pytest
from pydantic_core import to_jsonable_python

from config import Environment
from layers.synthesis import terraform_json
from tests.dataplane.account import IMAGE, REGION
from tests.dataplane.extra import Extra
from tests.dataplane.generated_roles import GeneratedRoles
from tests.dataplane.running_platform import Platform
from tests.support.options import environment
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

SERVICE = "s" * 16
FILES = 'test "$LEVEL|$A|$B|$C" = "debug|1 2|b|a=b" && exec sleep 600'
SCRIPT = (
    "test $(pwd) = /app/web && test $(id -u):$(id -g) = 10002:10003 && touch /tmp/a /var/cache/pages/a "
    "&& ! touch /var/cache/a && exec sleep 600"
)
TAKEN = ("command", "entryPoint", "user", "workingDirectory", "mountPoints", "readonlyRootFilesystem", "stopTimeout")


@pytest.fixture(scope="module")
def task() -> dict[str, Any]:
    """The task definition of a service that says all of it."""
    data: dict[str, Any] = dict(to_jsonable_python(environment("web")))
    data["services"][SERVICE] |= {
        "uses_database": False,
        "entry_point": ["sh", "-c"],
        "command": [SCRIPT],
        "working_directory": "/app/web",
        "user": "10002:10003",
        "stop_timeout_seconds": 90,
        "writable_folders": ["/var/cache/pages"],
    }
    documents = terraform_json(Environment.model_validate_json(json.dumps(data)))
    (body,) = documents["service"]["resource"]["aws_ecs_task_definition"].values()
    return dict(body)


@pytest.fixture(scope="module")
def files(running_platform: Platform) -> GeneratedRoles:
    """The roles of a service with two files, which are there, beside one of somebody else."""
    account, keys = running_platform.account, {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    s3 = boto3.client("s3", endpoint_url=account.endpoint_url, region_name=REGION, **keys)
    s3.create_bucket(Bucket="settings", CreateBucketConfiguration={"LocationConstraint": REGION})
    for name, text in (
        ("common.env", "# all\nLEVEL=info\nA=1 2\nB=b\n"),
        ("web.env", "B=x\nC=a=b\n"),
        ("other.env", ""),
    ):
        s3.put_object(Bucket="settings", Key=name, Body=text.encode())
    data: dict[str, Any] = dict(to_jsonable_python(environment("web")))
    # Names of its own: other tests make roles of this service too.
    data["name"] = "files"
    data["services"][SERVICE] |= {
        "uses_database": False,
        "environment_files": ["settings/common.env", "settings/web.env"],
    }
    documents = terraform_json(Environment.model_validate_json(json.dumps(data)))
    outputs = {f"repository_arns.{SERVICE}": f"arn:aws:ecr:{REGION}:123456789012:repository/windlass-test/web"}
    return GeneratedRoles(account, documents, SERVICE, outputs)


def test_it_runs_as_the_file_says_and_writes_where_it_may(extra: Extra, task: dict[str, Any]) -> None:
    (container,) = json.loads(task["container_definitions"])
    assert container["stopTimeout"] == 90
    volumes = [{"name": each["name"]} for each in task["volume"]]
    extra.create(f"{IMAGE}:1", volumes=volumes, **{key: container[key] for key in TAKEN})
    wait_for("its start", lambda: extra.is_steady)


@pytest.fixture(scope="module")
def roles_for_files(files: GeneratedRoles) -> dict[str, str]:
    return files.make()


def test_it_gets_the_variables_of_its_files(
    platform: Platform, extra: Extra, files: GeneratedRoles, roles_for_files: dict[str, str]
) -> None:
    own = files.container()["environmentFiles"]
    environment = [{"name": "LEVEL", "value": "debug"}]
    command = ["sh", "-c", FILES]
    extra.create(f"{IMAGE}:1", roles=roles_for_files, environmentFiles=own, environment=environment, command=command)
    wait_for("its start", lambda: extra.is_steady)


def test_a_file_that_the_role_may_not_read_stops_the_task(
    platform: Platform, extra: Extra, roles_for_files: dict[str, str]
) -> None:
    foreign = [{"type": "s3", "value": "arn:aws:s3:::settings/other.env"}]
    extra.create(f"{IMAGE}:1", roles=roles_for_files, environmentFiles=foreign)
    reason = "ResourceInitializationError: failed to download env files: file download command: non empty error stream"
    wait_for("the verdict", lambda: f"{reason}: AccessDenied" in extra.problem)
