"""A service's own command, user, folders and time to stop, as the generated task definition says them."""

import json
from typing import Any

import pytest
from pydantic_core import to_jsonable_python

from config import Environment
from layers.synthesis import terraform_json
from tests.dataplane.account import IMAGE
from tests.dataplane.extra import Extra
from tests.support.options import environment
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

SERVICE = "s" * 16
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


def test_it_runs_as_the_file_says_and_writes_where_it_may(extra: Extra, task: dict[str, Any]) -> None:
    (container,) = json.loads(task["container_definitions"])
    assert container["stopTimeout"] == 90
    volumes = [{"name": each["name"]} for each in task["volume"]]
    extra.create(f"{IMAGE}:1", volumes=volumes, **{key: container[key] for key in TAKEN})
    wait_for("its start", lambda: extra.is_steady)
