"""The ECS agent's endpoint: a container reads its metadata, and protects its task."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.dataplane.containers.addresses import Addresses
from local.dataplane.desired_state.pages import UntrustedRoleError
from local.dataplane.ecs.agent import Agent
from local.dataplane.ecs.task import Task
from tests.dataplane.tasks import SLEEP

ROLE = "arn:aws:iam::123456789012:role/web-task"
TASK = "arn:aws:ecs:eu-west-1:123456789012:task/c/1"


class Given:
    """Gives credentials that expire after an hour, and remembers for whom."""

    def __init__(self) -> None:
        self.sessions: list[tuple[str, str]] = []
        self.expires_in = timedelta(hours=1)
        self.failure: Exception | None = None
        self.allowed = {"GetTaskProtection", "UpdateTaskProtection"}

    def refusal(self, credentials: Mapping[str, str], operation: str, parameters: Mapping[str, Any]) -> str:
        assert parameters == {"cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/c", "tasks": [TASK]}
        return "" if operation in self.allowed else f"not authorized to perform: ecs:{operation}"

    def credentials(self, role_arn: str, session_name: str) -> dict[str, str]:
        self.sessions.append((role_arn, session_name))
        if self.failure is not None:
            raise self.failure
        expiration = (datetime.now(UTC) + self.expires_in).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"RoleArn": role_arn, "AccessKeyId": f"ASIA{len(self.sessions)}", "Expiration": expiration}


@pytest.fixture
def given() -> Given:
    return Given()


@pytest.fixture
def agent(tmp_path, given: Given) -> Iterator[Agent]:
    agent = Agent(Addresses(tmp_path).claim, roles=given)
    yield agent
    agent.stop()


@pytest.fixture
def task(run, agent: Agent) -> Task:
    task = run({"name": "worker", "command": SLEEP}, {"name": "task-protection", "command": SLEEP})
    task.definition = replace(task.definition, task_role_arn=ROLE)
    agent.add(task)
    return task


def request(url: str, body: Any = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    wanted = urllib.request.Request(url, data=data, method="PUT" if data else "GET", headers=headers)
    with urllib.request.urlopen(wanted) as answer:
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


def credentials_of(agent: Agent, task: Task, **headers: str) -> Any:
    variables = agent.variables(task.id, "worker")
    headers = headers or {"Authorization": variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}
    return request(variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"], **headers)


def test_containers_of_a_task_with_a_role_get_its_credentials(agent: Agent, task: Task, given: Given) -> None:
    answer = credentials_of(agent, task)
    assert (answer["RoleArn"], answer["AccessKeyId"]) == (ROLE, "ASIA1")
    assert credentials_of(agent, task) == answer
    assert given.sessions == [(ROLE, task.id)]


def test_credentials_are_renewed_before_they_expire(agent: Agent, task: Task, given: Given) -> None:
    given.expires_in = timedelta(minutes=20)
    first = credentials_of(agent, task)
    assert credentials_of(agent, task)["AccessKeyId"] != first["AccessKeyId"]


@pytest.mark.parametrize("headers", [{"Authorization": "another"}, {"Authorization": ""}, {"Accept": "*/*"}])
def test_a_caller_without_the_token_of_the_task_gets_no_credentials(
    agent: Agent, task: Task, headers: dict[str, str]
) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        credentials_of(agent, task, **headers)
    with refused.value as answer:
        assert (answer.status, json.loads(answer.read())["code"]) == (400, "InvalidIdInRequest")


def test_the_token_of_a_task_is_worth_nothing_for_another(agent: Agent, task: Task, run: Any) -> None:
    other = run({"name": "worker", "command": SLEEP}, task_id="2")
    agent.add(other)
    for each in (task, other):
        each.definition = replace(each.definition, task_role_arn=ROLE)
    token = agent.variables(other.id, "worker")["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        credentials_of(agent, task, Authorization=token)
    refused.value.close()


@pytest.mark.parametrize("lacking", ["GetTaskProtection", "UpdateTaskProtection"])
def test_the_task_role_must_allow_what_the_agent_does_with_it(
    agent: Agent, task: Task, given: Given, lacking: str
) -> None:
    given.allowed -= {lacking}
    url = agent.variables(task.id, "worker")["ECS_AGENT_URI"] + "/task-protection/v1/state"
    body = None if lacking.startswith("Get") else {"ProtectionEnabled": True}
    with pytest.raises(urllib.error.HTTPError) as refused:
        request(url, body)
    with refused.value as answer:
        error = json.loads(answer.read())["error"]
        assert (error["Code"], error["Message"]) == (
            "AccessDeniedException",
            f"not authorized to perform: ecs:{lacking}",
        )
    assert not task.is_protected()


def test_a_task_without_a_role_is_led_to_no_credentials(agent: Agent, task: Task, given: Given) -> None:
    task.definition = replace(task.definition, task_role_arn="")
    assert not [name for name in agent.variables(task.id, "worker") if name.startswith("AWS_")]
    assert given.sessions == []


def test_a_container_whose_role_ecs_may_not_assume_does_not_start(agent: Agent, task: Task, given: Given) -> None:
    given.failure = UntrustedRoleError(f"ECS was unable to assume the role '{ROLE}'")
    with pytest.raises(UntrustedRoleError):
        agent.variables(task.id, "worker")
