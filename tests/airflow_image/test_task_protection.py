"""Protection of a worker's task, with a real Celery worker."""

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.airflow_image.ecs import OFF, ON, Agent
from tests.airflow_image.image import Image, Running, script
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer

pytestmark = pytest.mark.slow


def test_it_protects_while_a_task_runs_and_no_longer(
    agent: Agent, protection: Running, worker: Running, send: Callable[[Path], None], tmp_path: Path
) -> None:
    agent.wait_for(OFF)
    send(tmp_path / "end")
    agent.wait_for(ON)
    # A worker that does not answer may still work.
    os.killpg(worker.process.pid, signal.SIGSTOP)
    try:
        protection.wait_for("does not answer", seconds=30)
    finally:
        os.killpg(worker.process.pid, signal.SIGCONT)
    protection.wait_for("all is well again", seconds=30)
    assert agent.states == []
    (tmp_path / "end").touch()
    agent.wait_for(OFF)


def test_it_outlives_a_broker_and_an_agent_that_go_away(
    agent: Agent,
    protection: Running,
    redis_server: RedisServer,
    send: Callable[[Path], None],
    tmp_path: Path,
) -> None:
    agent.wait_for(OFF)
    redis_server.stop()
    try:
        protection.wait_for("Error", seconds=30)
    finally:
        redis_server.start()
    protection.wait_for("all is well again", seconds=60)
    agent.answer = (500, {})
    send(tmp_path / "end")
    protection.wait_for("the ECS agent answers 500", seconds=30)
    agent.answer = (200, {"failure": {"Arn": "arn:aws:ecs:task", "Reason": "TASK_NOT_VALID"}})
    protection.wait_for("OSError", seconds=30)
    agent.states.clear()
    agent.answer = (200, {"protection": {}})
    agent.wait_for(ON)
    (tmp_path / "end").touch()
    agent.wait_for(OFF)
    assert redis_server.password not in protection.output


def test_protection_is_renewed_before_it_ends(
    image: Image,
    agent: Agent,
    worker: Running,
    variables: dict[str, str],
    send: Callable[[Path], None],
    tmp_path: Path,
    log: Path,
) -> None:
    text = script("task_protection.py")
    assert "MINUTES = 120\nRENEW_SECONDS = 3600\n" in text  # half of it
    send(tmp_path / "end")
    hurried = ["python", "-c", text.replace("RENEW_SECONDS = 3600", "RENEW_SECONDS = 1")]
    running = image.start(hurried, variables, log=log)
    try:
        agent.wait_for(ON, ON, ON)
    finally:
        (tmp_path / "end").touch()
        running.end()
    assert running.output.count("task-protection: on") == 1


def test_a_task_that_celery_lists_for_long_counts_while_airflow_knows_of_it(
    image: Image,
    agent: Agent,
    worker: Running,
    postgres: PostgresServer,
    variables: dict[str, str],
    send: Callable[[Path], None],
    tmp_path: Path,
    log: Path,
) -> None:
    host = socket.gethostname()
    postgres.execute("CREATE TABLE task_instance (hostname text, state text)")
    postgres.execute(f"INSERT INTO task_instance VALUES ('{host}', 'running'), ('{host}', 'success')")
    send(tmp_path / "end")
    hurried = {**variables, "WINDLASS_PROTECTION_TRUSTED_SECONDS": "0"}
    hurried["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = postgres.url().replace("postgresql:", "postgresql+psycopg2:")
    running = image.start_script("task_protection.py", hurried, log=log)
    try:
        agent.wait_for(ON)
        postgres.execute("UPDATE task_instance SET state = 'success'")
        agent.wait_for(OFF)
        postgres.execute("DROP TABLE task_instance")
        agent.wait_for(ON)
    finally:
        (tmp_path / "end").touch()
        running.end()


@pytest.mark.parametrize(
    "name", ["AIRFLOW__CELERY__BROKER_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "ECS_AGENT_URI"]
)
def test_without_an_ecs_agent_it_exits_with_a_message(image: Image, variables: dict[str, str], name: str) -> None:
    done = image.run_script("task_protection.py", {**variables, name: ""}, timeout=20)
    assert (done.code, done.text) == (1, f"task-protection: {name} is not set; nothing to do\n")
