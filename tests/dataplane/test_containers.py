"""What a container is given, in which order containers start, and when checks change their mind."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local.dataplane.container import Tools
from local.dataplane.databases import login_of
from local.dataplane.definitions import task_definition_from
from local.dataplane.health import Checker, Pace, matches
from local.dataplane.images import Program, UnknownImageError, program_of, programs
from local.dataplane.ledger import Ledger
from local.dataplane.surroundings import MissingSecretError, Ports, Surroundings, ports_of, secret_value
from local.dataplane.task import Task
from local.dataplane.wishes import Database
from tests.dataplane.account import wait_for

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a/b-AbCdEf"
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Task]]:
    """Starts a task of the given containers, whose image is any program of this machine."""
    tasks: list[Task] = []
    tools = Tools(
        ledger=Ledger(tmp_path / "processes.json"),
        executor=ThreadPoolExecutor(4),
        program=lambda _container: Program(command=("true",), working_folder=tmp_path),
        time_factor=0.05,
    )

    def start(*containers: dict[str, Any]) -> Task:
        defined = [{"image": "any", "essential": True, **each} for each in containers]
        definition = task_definition_from({"taskDefinitionArn": "a", "family": "f", "containerDefinitions": defined})
        around = Surroundings(
            task_id="1" * 32,
            folder=tmp_path,
            aws={},
            read_secret=lambda _name: "secret",
            ports=ports_of(definition, tools.program, Ports()),
        )
        task = Task(
            arn="arn:aws:ecs:eu-west-1:123456789012:task/c/1",
            cluster_arn="arn:aws:ecs:eu-west-1:123456789012:cluster/c",
            definition=definition,
            group="g",
            started_by="s",
            around=around,
            tools=tools,
            now=time.monotonic(),
        )
        tasks.append(task)
        return task

    yield start
    for task in tasks:
        task.stop("test ends", "UserInitiated", at_most_seconds=0)
        wait_for("the end", lambda task=task: _advanced(task).status == "STOPPED")
    tools.executor.shutdown()


def _advanced(task: Task) -> Task:
    task.advance(time.monotonic())
    return task


def test_a_secret_is_the_whole_text_or_one_key_of_its_json():
    texts = {ARN: '{"user": "app", "port": 5432}'}
    assert secret_value(ARN, texts.__getitem__) == texts[ARN]
    assert secret_value(f"{ARN}:user::", texts.__getitem__) == "app"
    assert secret_value(f"{ARN}:port::", texts.__getitem__) == "5432"
    with pytest.raises(MissingSecretError, match="'none'"):
        secret_value(f"{ARN}:none::", texts.__getitem__)


def test_the_program_of_an_image_is_found_by_its_repository():
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    for reference in (f"{registry}/windlass-local/web:0.1.0", "web", "localhost:5000/web@sha256:00"):
        assert program_of(reference, programs()).command == ("python", "-m", "web")
    with pytest.raises(UnknownImageError, match="'mystery'"):
        program_of("registry/mystery:1", programs())


def test_containers_start_in_the_order_of_their_dependencies(run, tmp_path):
    say = "import sys; open(sys.argv[1], 'a').write(sys.argv[2])"
    log = tmp_path / "order"
    first = {"name": "first", "essential": False, "command": [sys.executable, "-c", say, str(log), "1"]}
    second = {
        "name": "second",
        "command": [sys.executable, "-c", f"{say}; import time; time.sleep(60)", str(log), "2"],
        "dependsOn": [{"containerName": "first", "condition": "SUCCESS"}],
    }
    task = run(second, first)
    wait_for("both", lambda: _advanced(task).status == "RUNNING" and log.exists() and log.read_text() == "12")
    assert task.containers["first"].exit_code == 0


def test_a_task_ends_when_a_dependency_can_never_be_met(run):
    failing = {"name": "failing", "essential": False, "command": ["false"]}
    waiting = {"name": "web", "command": SLEEP, "dependsOn": [{"containerName": "failing", "condition": "SUCCESS"}]}
    task = run(failing, waiting)
    wait_for("the end", lambda: _advanced(task).status == "STOPPED")
    assert task.stopped_reason == "Dependency of container web was not met"
    assert task.containers["web"].exit_code is None


def test_the_end_of_an_essential_container_ends_the_others(run):
    task = run({"name": "main", "command": SLEEP}, {"name": "sidecar", "command": SLEEP})
    wait_for("the start", lambda: _advanced(task).status == "RUNNING")
    os.kill(task.containers["main"].pid, signal.SIGKILL)
    wait_for("the end", lambda: _advanced(task).status == "STOPPED")
    assert task.containers["main"].exit_code == 137
    assert task.containers["sidecar"].exit_code == 143


def test_a_container_that_ignores_sigterm_is_killed_after_its_stop_timeout(run):
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    task = run({"name": "main", "command": [sys.executable, "-c", stubborn], "stopTimeout": 1})
    wait_for("the start", lambda: "ready" in _log(_advanced(task)))
    task.stop("enough", "UserInitiated")
    began = time.monotonic()
    wait_for("the end", lambda: _advanced(task).status == "STOPPED")
    assert 0.9 < time.monotonic() - began < 3
    assert task.containers["main"].exit_code == 137


def test_a_missing_program_is_told_as_ecs_would(run):
    task = run({"name": "main", "command": ["no-such-program"]})
    wait_for("the end", lambda: _advanced(task).status == "STOPPED")
    assert task.stopped_reason.startswith("CannotStartContainerError: ")


def _log(task: Task) -> str:
    path = task.containers["main"].log_path
    return path.read_text() if path.exists() else ""


class _Immediately:
    """An executor that has every result at once."""

    def submit(self, check: Callable[[], str]) -> "Future[str]":
        future: Future[str] = Future()
        future.set_result(check())
        return future


def _verdicts(results: str, **pace: Any) -> list[bool | None]:
    """The verdict after each result: `.` passes, `x` fails, one second apart."""
    given = iter(results)
    settings = {"interval_seconds": 1.0, "healthy_threshold": 2, "unhealthy_threshold": 3, **pace}
    checker = Checker(lambda: "" if next(given) == "." else "no", Pace(**settings), _Immediately(), 0.0)
    found = []
    for number in range(len(results)):
        checker.advance(number * 10.0)
        checker.advance(number * 10.0 + 1)
        found.append(checker.healthy)
    return found


def test_the_first_passed_check_is_enough_then_thresholds_hold():
    assert _verdicts(".xxx..") == [True, True, True, False, False, True]


def test_failures_in_the_start_period_do_not_count():
    assert _verdicts("xxxx.", start_period_seconds=100.0) == [None, None, None, None, True]
    assert _verdicts("xxxx", start_period_seconds=5.0) == [None, None, None, False]


@pytest.mark.parametrize(
    ("matcher", "passes"), [("200", False), ("200,301", True), ("200-399", True), ("200,302-399", False)]
)
def test_matchers_are_codes_and_ranges(matcher, passes):
    assert matches(301, matcher) is passes


def test_the_login_of_a_url_belongs_to_its_database_only():
    database = Database(
        identifier="d", address="localhost", port=5432, major_version=16, username="app", database_name="app"
    )
    (login,) = login_of("postgresql+psycopg2://air%40flow:p%2Fw@localhost/airflow?sslmode=require", database)
    assert (login.role, login.password, login.database) == ("air@flow", "p/w", "airflow")
    assert list(login_of("postgresql://a:b@localhost:5433/c", database)) == []
    assert list(login_of("postgresql://a:b@elsewhere/c", database)) == []
    assert list(login_of("redis://a:b@localhost:5432/0", database)) == []
