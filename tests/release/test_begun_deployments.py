"""A deployment that ECS rolls back after an apply is seen, with ECS's reason."""

from collections.abc import Callable
from typing import Any

import pytest

from release.begun_deployments import Became, RolledBack, wait_for_deployments
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import CLUSTER
from tests.release.test_failed_deployments import service_of

Wait = Callable[..., Became]


class Time:
    """A clock that only moves when somebody sleeps; what is to happen then, happens."""

    def __init__(self) -> None:
        self.now, self.happens = 0.0, lambda: None

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.happens()

    def clock(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def wait(web: BlueGreenTestService, time: Time) -> Wait:
    def wait(applied: dict[str, str], seconds: float = 60) -> Became:
        return wait_for_deployments(web.aws, CLUSTER, applied, seconds=seconds, sleep=time.sleep, clock=time.clock)

    return wait


def blue_of(web: BlueGreenTestService) -> tuple[str, Any]:
    name = web.published.colours["blue"].service_name
    return name, service_of(web, name)


def test_complete_deployments_are_not_waited_for(web: BlueGreenTestService, wait: Wait, time: Time) -> None:
    name, blue = blue_of(web)
    assert wait({name: blue.task_definition, "gone": "app:1"}) == Became()
    assert time.now == 0


def test_one_that_is_rolled_back_is_named_with_the_reason(web: BlueGreenTestService, wait: Wait, time: Time) -> None:
    name, blue = blue_of(web)
    applied = blue.deployments[0]
    applied.update(rolloutState="IN_PROGRESS")
    reason = "ECS deployment circuit breaker: tasks failed to start."

    def roll_back() -> None:
        former = {**applied, "id": "ecs-svc/2", "taskDefinition": "former:1", "rolloutState": "IN_PROGRESS"}
        applied.update(status="ACTIVE", rolloutState="FAILED", rolloutStateReason=reason)
        blue.deployments.insert(0, former)

    time.happens = roll_back
    assert wait({name: blue.task_definition}) == Became(rolled_back=(RolledBack(service_name=name, reason=reason),))
    assert time.now == 10


def test_one_that_was_rolled_back_at_once_is_seen_too(web: BlueGreenTestService, wait: Wait) -> None:
    name, blue = blue_of(web)
    reason = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/2."
    blue.deployments[0].update(rolloutStateReason=reason)
    assert wait({name: "arn:aws:ecs:eu-west-1:123456789012:task-definition/newer:2"}).rolled_back == (
        RolledBack(service_name=name, reason=reason),
    )


def test_one_that_failed_without_a_former_one_is_named(web: BlueGreenTestService, wait: Wait) -> None:
    name, blue = blue_of(web)
    blue.deployments[0].update(rolloutState="FAILED", rolloutStateReason="tasks failed to start")
    (rolled_back,) = wait({name: blue.task_definition}).rolled_back
    assert rolled_back.reason == "tasks failed to start"


def test_it_is_waited_for_a_limited_time(web: BlueGreenTestService, wait: Wait, time: Time) -> None:
    name, blue = blue_of(web)
    blue.deployments[0].update(rolloutState="IN_PROGRESS")
    assert wait({name: blue.task_definition}, seconds=25) == Became(unfinished=(name,))
    assert time.now == 30


def test_a_service_without_tasks_is_left_alone(web: BlueGreenTestService, wait: Wait) -> None:
    name = web.published.colours["green"].service_name
    green = service_of(web, name)
    green.deployments[0].update(rolloutState="FAILED")
    assert wait({name: green.task_definition}) == Became()
