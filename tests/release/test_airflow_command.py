"""A command of Airflow's as a separate task: like the API server's next task, but for the command."""

from collections.abc import Callable
from typing import Any

import pytest

from release.airflow_command import open_api_server, run_airflow
from release.errors import BadRequestError, FailedError, StoppedError
from release.one_off_task import OneOffTasks, Task
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import Operator, Recorder, quick
from tests.release.shared_resources import SharedResources

COMMAND = ("rotate-fernet-key",)


def run(web: BlueGreenTestService, during: Callable[[], object], **how: Any) -> Operator:
    anna = Operator(web, pace=quick(during))
    run_airflow(anna.service.colours["blue"].ecs, COMMAND, **how)
    return anna


def the_task(web: BlueGreenTestService) -> Any:
    (task,) = web.tasks()
    return task


def test_it_runs_what_the_service_runs_with_another_command_and_shows_the_log(web: BlueGreenTestService) -> None:
    anna = run(web, lambda: web.end_task(logs=("two connections rotated",)))
    task = the_task(web)
    assert task.overrides["containerOverrides"] == [{"name": web.name, "command": list(COMMAND)}]
    assert task.started_by == "windlass-airflow"
    network = task.network_configuration["awsvpcConfiguration"]
    assert network["subnets"] == web.shared.subnet_ids
    assert "two connections rotated" in anna.output
    assert "airflow rotate-fernet-key: done." in anna.output


def test_an_exit_code_fails_it_with_the_log(web: BlueGreenTestService) -> None:
    with pytest.raises(FailedError, match=r"failed: exit code 1\.") as failed:
        run(web, lambda: web.end_task(1, logs=("InvalidToken",)))
    assert "log: InvalidToken" in str(failed.value)


def test_airflows_own_words_are_shown_although_they_come_late_and_the_health_check_failed_too(
    web: BlueGreenTestService, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, reads = OneOffTasks.log_lines, []

    def late(tasks: OneOffTasks, task: Task, count: int) -> tuple[str, ...]:
        reads.append(task.id)
        return read(tasks, task, count) if len(reads) > 1 else ()

    monkeypatch.setattr(OneOffTasks, "log_lines", late)
    own = "airflow command error: argument GROUP_OR_COMMAND: invalid choice: 'bogus-cmd'"
    unhealthy = "the API server does not answer: Connection refused"
    with pytest.raises(FailedError, match=r"failed: exit code 2\.") as failed:
        run(web, lambda: web.end_task(2, container_reason=unhealthy, logs=(own,)))
    assert f"log: {own}" in str(failed.value)
    assert unhealthy not in str(failed.value)


def test_a_task_that_never_ran_says_why(web: BlueGreenTestService) -> None:
    with pytest.raises(FailedError, match="its container never ran") as failed:
        run(web, lambda: web.end_task(None, reason="CannotPullContainerError"))
    assert "CannotPullContainerError" in str(failed.value)


def test_it_waits_no_longer_than_its_timeout(web: BlueGreenTestService) -> None:
    with pytest.raises(FailedError, match=r"not ended after 60 s; task \w.* is RUNNING and goes on"):
        run(web, lambda: None, timeout_seconds=60)
    web.end_task()


def test_ctrl_c_leaves_the_task_running_and_says_so(web: BlueGreenTestService) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    with pytest.raises(StoppedError, match="goes on"):
        run(web, press)
    web.end_task()


def test_it_runs_in_the_api_server_of_what_was_applied(shared: SharedResources) -> None:
    outputs = {
        "cluster_name": "acme-dev",
        "airflow": {
            "url": "https://airflow.acme.example",
            "service_names": {
                "api-server": "acme-dev-airflow-api-server",
                "scheduler": "acme-dev-airflow-scheduler",
            },
        },
    }
    session = Recorder().session(shared.aws)
    service = open_api_server(outputs, session)
    assert (service.context.service, service.context.cluster_name) == ("api-server", "acme-dev")
    assert service.name == "acme-dev-airflow-api-server"
    with pytest.raises(BadRequestError, match=r"dev has no Airflow that was applied: \./windlass apply dev"):
        open_api_server({"cluster_name": "acme-dev"}, session)
