"""A worker of an old revision is replaced by a new one, with a real Celery worker and a real Redis."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.airflow_image.ecs import OFF, ON, REVISION, Agent, service
from tests.airflow_image.image import Image, Running
from tests.support.redis import RedisServer

pytestmark = pytest.mark.slow

STOPS, GOES_ON = "takes no new tasks", "takes tasks again"
Send = Callable[[Path], None]


def restart(redis_server: RedisServer, protection: Running, times: int) -> None:
    redis_server.stop()
    protection.wait_for("Error", seconds=30, count=times)
    redis_server.start()
    protection.wait_for("task-protection: all is well again", seconds=60, count=times)


def test_a_worker_of_an_old_revision_ends_its_task_and_takes_no_more_until_it_is_wanted_again(
    agent: Agent, protection: Running, redis_server: RedisServer, send: Send, tmp_path: Path
) -> None:
    agent.wait_for(OFF)
    send(tmp_path / "first")
    agent.wait_for(ON)
    agent.service = service(REVISION + 1, running=2)
    protection.wait_for(STOPS)
    send(tmp_path / "second")
    (tmp_path / "first").touch()
    agent.wait_for(OFF)
    agent.wait_for_questions(4)
    assert agent.states == [], "the second task waits for somebody else"
    assert redis_server.client.llen("protected") == 1
    # The circuit breaker rolls the new revision back.
    agent.service = service(REVISION, running=2)
    protection.wait_for(GOES_ON)
    agent.wait_for(ON)
    (tmp_path / "second").touch()
    agent.wait_for(OFF)
    assert (protection.output.count(STOPS), protection.output.count(GOES_ON)) == (1, 1)


def test_a_broker_that_was_away_changes_neither(
    agent: Agent, protection: Running, worker: Running, redis_server: RedisServer, send: Send, tmp_path: Path
) -> None:
    agent.wait_for(OFF)
    agent.service = service(REVISION + 1, running=2)
    protection.wait_for(STOPS)
    restart(redis_server, protection, 1)
    send(tmp_path / "end")
    agent.wait_for_questions(4)
    assert agent.states == []
    agent.service = service(REVISION)
    agent.wait_for(ON)
    (tmp_path / "end").touch()
    agent.wait_for(OFF)
    # Celery takes no tasks after this, because the consumer was cancelled.
    restart(redis_server, protection, 2)
    send(tmp_path / "another end")
    agent.wait_for(ON)
    (tmp_path / "another end").touch()
    agent.wait_for(OFF)


def test_an_old_revision_keeps_working_until_others_can_take_over(
    agent: Agent, protection: Running, send: Send, tmp_path: Path
) -> None:
    agent.wait_for(OFF)
    agent.service = service(REVISION + 1, running=3, desired=3)
    agent.wait_for_questions(3)
    send(tmp_path / "end")
    agent.wait_for(ON)
    (tmp_path / "end").touch()
    agent.wait_for(OFF)
    assert STOPS not in protection.output


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((500, {}), "(500) when calling the DescribeServices operation"),
        ((400, {"__type": "AccessDeniedException", "message": "not yours"}), "not yours"),
        ((200, {"services": [], "failures": [{"reason": "MISSING"}]}), "ValueError"),
        ((200, {}), "KeyError"),
    ],
    ids=["error", "denied", "missing", "empty"],
)
def test_no_answer_stops_no_worker(
    agent: Agent,
    protection: Running,
    send: Send,
    tmp_path: Path,
    answer: tuple[int, dict[str, Any]],
    problem: str,
) -> None:
    agent.wait_for(OFF)
    agent.service = answer
    protection.wait_for(problem)
    agent.wait_for_questions(3)
    send(tmp_path / "end")
    agent.wait_for(ON)
    (tmp_path / "end").touch()
    agent.wait_for(OFF)
    assert protection.output.count(problem) == 1
    assert STOPS not in protection.output


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "Could not connect to the endpoint URL"),
        ({"ECS_CONTAINER_METADATA_URI_V4": "http://127.0.0.1:1"}, "task-protection: revision: URLError"),
    ],
    ids=["no-way-to-ecs", "no-metadata"],
)
def test_without_ecs_it_protects_and_reports_that_once(
    image: Image,
    agent: Agent,
    worker: Running,
    variables: dict[str, str],
    send: Send,
    tmp_path: Path,
    log: Path,
    changes: dict[str, str],
    problem: str,
) -> None:
    running = image.start_script("task_protection.py", {**variables, **changes}, log=log)
    try:
        agent.wait_for(OFF)
        running.wait_for(problem)
        send(tmp_path / "end")
        agent.wait_for(ON)
        (tmp_path / "end").touch()
        agent.wait_for(OFF)
        assert running.output.count("task-protection: revision") == 1
    finally:
        running.end()
