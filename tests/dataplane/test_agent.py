"""The ECS agent's endpoint: a container reads its metadata, and protects its task."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from local.dataplane.containers.addresses import Addresses
from local.dataplane.ecs.agent import Agent
from local.dataplane.ecs.task import Task
from tests.dataplane.tasks import SLEEP


@pytest.fixture
def agent(tmp_path) -> Iterator[Agent]:
    agent = Agent(Addresses(tmp_path).claim)
    yield agent
    agent.stop()


@pytest.fixture
def task(run, agent: Agent) -> Task:
    task = run({"name": "worker", "command": SLEEP}, {"name": "task-protection", "command": SLEEP})
    agent.add(task)
    return task


def request(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data, method="PUT" if data else "GET")) as answer:
        return json.loads(answer.read())


def test_a_container_reads_its_own_metadata_and_that_of_its_task(agent: Agent, task: Task) -> None:
    url = agent.variables(task.id, "task-protection")["ECS_CONTAINER_METADATA_URI_V4"]
    own = request(url)
    assert own["Name"] == "task-protection"
    assert own["Labels"]["com.amazonaws.ecs.task-arn"] == task.arn
    assert own["Networks"][0]["IPv4Addresses"] == [task.address]
    whole = request(f"{url}/task")
    assert (whole["TaskARN"], whole["ServiceName"]) == (task.arn, "s")
    assert [each["Name"] for each in whole["Containers"]] == ["worker", "task-protection"]


def test_a_task_is_protected_until_it_ends_the_protection_or_the_time_is_over(agent: Agent, task: Task) -> None:
    url = agent.variables(task.id, "task-protection")["ECS_AGENT_URI"] + "/task-protection/v1/state"
    assert request(url) == {"protection": {"ProtectionEnabled": False, "TaskArn": task.arn}}
    answer = request(url, {"ProtectionEnabled": True, "ExpiresInMinutes": 2})["protection"]
    assert answer["ProtectionEnabled"] is True
    assert "ExpirationDate" in answer
    assert task.is_protected(at=time.time() + 110)
    assert not task.is_protected(at=time.time() + 130)
    assert request(url, {"ProtectionEnabled": False})["protection"]["ProtectionEnabled"] is False
    assert not task.is_protected()


@pytest.mark.parametrize("body", [{}, {"ProtectionEnabled": "yes"}, {"ProtectionEnabled": True, "ExpiresInMinutes": 0}])
def test_an_invalid_request_is_refused_as_by_the_agent(agent: Agent, task: Task, body: Any) -> None:
    url = agent.variables(task.id, "worker")["ECS_AGENT_URI"] + "/task-protection/v1/state"
    with pytest.raises(urllib.error.HTTPError) as refused:
        request(url, body)
    with refused.value as answer:
        assert json.loads(answer.read())["error"]["Code"] == "InvalidParameterException"
