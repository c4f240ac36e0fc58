"""A command of Airflow's as a task of its own: like the API server's next task, but for the command."""

from collections.abc import Callable
from typing import Any

import pytest

from release.airflow_command import airflow_target, run_airflow
from release.errors import BadRequestError, FailedError, StoppedError
from tests.release.desk import Desk, quick
from tests.release.platform import Platform

COMMAND = ("rotate-fernet-key",)


def run(platform: Platform, during: Callable[[], object], **how: Any) -> Desk:
    anna = Desk(platform, pace=quick(during))
    run_airflow(anna.context, platform.target.sides["blue"].service_name, COMMAND, **how)
    return anna


def the_task(platform: Platform) -> Any:
    (task,) = platform.tasks()
    return task


def test_it_runs_what_the_service_runs_with_another_command_and_shows_the_log(platform: Platform) -> None:
    anna = run(platform, lambda: platform.end_task(logs=("two connections rotated",)))
    task = the_task(platform)
    assert task.overrides["containerOverrides"] == [{"name": platform.name, "command": list(COMMAND)}]
    assert task.started_by == "windlass-airflow"
    network = task.network_configuration["awsvpcConfiguration"]
    assert network["subnets"] == platform.shared.subnet_ids
    assert "two connections rotated" in anna.told
    assert "airflow rotate-fernet-key: done." in anna.told


def test_an_exit_code_fails_it_with_the_log(platform: Platform) -> None:
    with pytest.raises(FailedError, match=r"failed: exit code 1\.") as failed:
        run(platform, lambda: platform.end_task(1, logs=("InvalidToken",)))
    assert "log: InvalidToken" in str(failed.value)


def test_a_task_that_never_ran_says_why(platform: Platform) -> None:
    with pytest.raises(FailedError, match="its container never ran") as failed:
        run(platform, lambda: platform.end_task(None, reason="CannotPullContainerError"))
    assert "CannotPullContainerError" in str(failed.value)


def test_it_waits_no_longer_than_it_was_told(platform: Platform) -> None:
    with pytest.raises(FailedError, match=r"not ended after 60 s; task \w.* is RUNNING and goes on"):
        run(platform, lambda: None, timeout_seconds=60)
    platform.end_task()


def test_ctrl_c_leaves_the_task_running_and_says_so(platform: Platform) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    with pytest.raises(StoppedError, match="goes on"):
        run(platform, press)
    platform.end_task()


def test_the_target_is_the_api_server_of_what_was_applied() -> None:
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
    target, service_name = airflow_target(outputs, "dev")
    assert (target.service, target.cluster_name) == ("api-server", "acme-dev")
    assert service_name == "acme-dev-airflow-api-server"
    with pytest.raises(BadRequestError, match=r"dev has no Airflow that was applied: \./windlass apply dev"):
        airflow_target({"cluster_name": "acme-dev"}, "dev")
