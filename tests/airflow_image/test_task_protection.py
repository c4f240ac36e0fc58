"""Protection of a worker's task, with a real Celery worker and a stand-in for the ECS agent's endpoint."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import pytest

from tests.airflow_image.image import Image, Running, script
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer

pytestmark = pytest.mark.slow

WORK = """
import os, time
from celery import Celery

app = Celery(broker=os.environ["BROKER"])
app.conf.task_default_queue = "protected"

@app.task(name="work")
def work(path):
    while not os.path.exists(path):
        time.sleep(0.1)
"""
ON = {"ProtectionEnabled": True, "ExpiresInMinutes": 120}
OFF = {"ProtectionEnabled": False}


class Agent:
    """Takes what the documentation of the endpoint says, and remembers it."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.answer: tuple[int, dict[str, Any]] = (200, {"protection": {}})
        self._changed = Condition()
        agent = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.path == "/api/task/task-protection/v1/state"
                assert self.headers["Content-Type"] == "application/json"
                status, answer = agent.answer
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())
                with agent._changed:
                    agent.told.append(body)
                    agent._changed.notify_all()

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{self._server.server_port}/api/task"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def wait_for(self, *bodies: dict[str, Any]) -> None:
        """Until it was told just that since the last call."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.told) >= len(bodies), timeout=30), self.told
            assert self.told == list(bodies)
            self.told.clear()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def agent() -> Iterator[Agent]:
    agent = Agent()
    yield agent
    agent.stop()


@pytest.fixture(scope="module")
def worker(image: Image, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("worker")
    (folder / "work.py").write_text(WORK)
    command = ["celery", "-A", "work", "worker", "--queues", "protected", "--concurrency", "1", "--loglevel", "INFO"]
    variables = {"BROKER": redis_server.url(), "PYTHONPATH": str(folder)}
    running = image.start(command, variables, log=folder / "worker.log")
    running.wait_for("ready.")
    yield running
    running.end()


@pytest.fixture
def variables(agent: Agent, redis_server: RedisServer) -> dict[str, str]:
    address = {
        "AIRFLOW__CELERY__BROKER_URL": redis_server.url(),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://nobody:asks@127.0.0.1:1/yet",
        "ECS_AGENT_URI": agent.uri,
    }
    return {**address, "WINDLASS_PROTECTION_SECONDS": "0.5"}


@pytest.fixture
def send(image: Image, redis_server: RedisServer) -> Callable[[Path], None]:
    """Send a task that ends when the file is there."""

    def send(path: Path) -> None:
        text = "import sys; from celery import Celery; Celery(broker=sys.argv[1]).send_task('work', args=[sys.argv[2]], queue='protected')"  # noqa: E501
        assert image.run(["python", "-c", text, redis_server.url(), str(path)], {}).code == 0

    return send


@pytest.fixture
def protection(image: Image, worker: Running, variables: dict[str, str], log: Path) -> Iterator[Running]:
    running = image.start_script("task_protection.py", variables, log=log)
    yield running
    running.end()


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
    assert agent.told == []
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
    agent.told.clear()
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
def test_where_there_is_no_agent_it_ends_and_says_so(image: Image, variables: dict[str, str], name: str) -> None:
    done = image.run_script("task_protection.py", {**variables, name: ""}, timeout=20)
    assert (done.code, done.text) == (1, f"task-protection: {name} is not set; nothing to do\n")
