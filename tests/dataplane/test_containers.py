"""Secrets and programs of containers, the order in which they start, and the verdicts of health checks."""

import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from local.dataplane.containers.container_spec import secret_value
from local.dataplane.containers.health import Checker, Pace, matches
from local.dataplane.containers.images import UnknownImageError, program_of, programs
from local.dataplane.desired_state.execution_role import MissingSecretError
from tests.dataplane.tasks import PROJECT, SLEEP, advanced, log_of, shell
from tests.support.waiting import wait_for

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a/b-AbCdEf"


def test_a_secret_is_the_whole_text_or_one_key_of_its_json():
    texts = {ARN: '{"user": "app", "port": 5432}'}
    assert secret_value(ARN, texts.__getitem__) == texts[ARN]
    assert secret_value(f"{ARN}:user::", texts.__getitem__) == "app"
    assert secret_value(f"{ARN}:port::", texts.__getitem__) == "5432"
    with pytest.raises(MissingSecretError, match="'none'"):
        secret_value(f"{ARN}:none::", texts.__getitem__)


def test_the_program_of_an_image_depends_on_its_repository():
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    for reference in (f"{registry}/windlass-local/web:0.1.0", "web", "localhost:5000/web@sha256:00"):
        assert program_of(reference, programs(PROJECT)).command == ("python", "-m", "web")
    with pytest.raises(UnknownImageError, match="'mystery'"):
        program_of("registry/mystery:1", programs(PROJECT))


def test_containers_start_in_the_order_of_their_dependencies(run, tmp_path):
    log = tmp_path / "volumes" / "shared" / "order"
    mounts = [{"sourceVolume": "shared", "containerPath": "/shared"}]
    first = {"name": "first", "essential": False, "command": shell("echo -n 1 >> /shared/order")}
    second = {
        "name": "second",
        "command": shell("echo -n 2 >> /shared/order; sleep 60"),
        "dependsOn": [{"containerName": "first", "condition": "SUCCESS"}],
    }
    task = run(*({**each, "mountPoints": mounts} for each in (second, first)))
    wait_for("both", lambda: advanced(task).status == "RUNNING" and log.exists() and log.read_text() == "12")
    assert task.containers["first"].exit_code == 0


def test_a_task_ends_when_a_dependency_can_never_be_met(run):
    failing = {"name": "failing", "essential": False, "command": ["false"]}
    waiting = {"name": "web", "command": SLEEP, "dependsOn": [{"containerName": "failing", "condition": "SUCCESS"}]}
    task = run(failing, waiting)
    wait_for("the end", lambda: advanced(task).status == "STOPPED")
    assert task.stopped_reason == "Dependency of container web was not met"
    assert task.containers["web"].exit_code is None


def test_the_end_of_an_essential_container_ends_the_others(run):
    task = run({"name": "main", "command": SLEEP}, {"name": "sidecar", "command": SLEEP})
    wait_for("the start", lambda: advanced(task).status == "RUNNING")
    os.kill(task.containers["main"].pid, signal.SIGKILL)
    wait_for("the end", lambda: advanced(task).status == "STOPPED")
    assert task.containers["main"].exit_code == 137
    assert task.containers["sidecar"].exit_code == 143


def test_a_container_that_ignores_sigterm_is_killed_after_its_stop_timeout(run):
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    task = run({"name": "main", "command": [sys.executable, "-c", stubborn], "stopTimeout": 1})
    wait_for("the start", lambda: "ready" in log_of(advanced(task)))
    task.stop("test", "UserInitiated")
    started = time.monotonic()
    wait_for("the end", lambda: advanced(task).status == "STOPPED")
    assert 0.9 < time.monotonic() - started < 10, "the default stop timeout would be 30 s"
    assert task.containers["main"].exit_code == 137


def test_a_missing_program_is_reported_in_the_words_of_ecs(run):
    task = run({"name": "main", "command": ["no-such-program"]})
    wait_for("the end", lambda: advanced(task).status == "STOPPED")
    assert task.stopped_reason.startswith("CannotStartContainerError: ")


class _Immediately:
    """An executor that runs every check at once."""

    def submit(self, check: Callable[[], str]) -> "Future[str]":
        future: Future[str] = Future()
        future.set_result(check())
        return future


def _verdicts(results: str, **pace: Any) -> list[bool | None]:
    """The verdict after each result: `.` passes, `x` fails, one second apart."""
    remaining = iter(results)
    settings = {"interval_seconds": 1.0, "healthy_threshold": 2, "unhealthy_threshold": 3, **pace}
    checker = Checker(lambda: "" if next(remaining) == "." else "no", Pace(**settings), _Immediately(), 0.0)
    verdicts = []
    for number in range(len(results)):
        checker.advance(number * 10.0)
        checker.advance(number * 10.0 + 1)
        verdicts.append(checker.healthy)
    return verdicts


def test_the_first_check_that_passes_is_enough_then_thresholds_apply():
    assert _verdicts(".xxx..") == [True, True, True, False, False, True]


def test_failures_in_the_start_period_do_not_count():
    assert _verdicts("xxxx.", start_period_seconds=100.0) == [None, None, None, None, True]
    assert _verdicts("xxxx", start_period_seconds=5.0) == [None, None, None, False]


@pytest.mark.parametrize(
    ("matcher", "passes"), [("200", False), ("200,301", True), ("200-399", True), ("200,302-399", False)]
)
def test_matchers_are_codes_and_ranges(matcher, passes):
    assert matches(301, matcher) is passes
