"""The status says what does not run, why, in the words of the failing check, and what to do next."""

import time

import boto3
import pytest

from local.dataplane import news
from local.dataplane.desired_state.execution_role import RETRIED, RETRIEVAL
from tests.dataplane.account import REGION
from tests.dataplane.extra import Extra
from tests.dataplane.running_platform import Platform
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow


def test_a_steady_service_has_no_problem(platform: Platform) -> None:
    blue = next(each for each in platform.data_plane.status().services if each.name == "web-blue")
    assert (blue.desired, blue.running, blue.healthy, blue.pending) == (2, 2, 2, 0)
    assert (blue.deployment, blue.steady, blue.problem, blue.next_step) == ("completed", True, "", "")
    assert blue.summary == "web-blue: 2 of 2 running"
    assert platform.data_plane.status().unsteady == ()


def test_an_image_without_a_program_fails_at_once_and_says_what_to_do(platform: Platform, extra: Extra) -> None:
    extra.create(image="registry.test/windlass-local/shop:1.0.0")
    started = time.monotonic()
    error = extra.refused(120)
    assert time.monotonic() - started < 60, "waiting would not help"
    assert "extra: 0 of 1 running, cannot start: image registry.test/windlass-local/shop:1.0.0" in str(error)
    assert "no program replaces the image 'shop' (only web, airflow, git-sync)" in str(error)
    assert "next: add a program for 'shop' to programs() in local/dataplane/containers/images.py" in str(error)
    assert extra.status.deployment == "failed"
    rollout = extra.rollout()
    assert rollout["rolloutState"] == "FAILED", "no deployment is in progress forever"
    assert "no program replaces the image 'shop'" in rollout["rolloutStateReason"]


def test_a_wait_reports_the_words_of_the_failing_check(
    platform: Platform, extra: Extra, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "REPORT_SECONDS", 0.5)
    check = {"command": ["CMD-SHELL", "echo checking; echo no such table; exit 1"], "interval": 10, "retries": 1}
    extra.create(healthCheck=check)
    wait_for("the verdict", lambda: "unhealthy: container main: no such table" in extra.problem)
    reports: list[str] = []
    error = extra.refused(2, reports.append)
    assert len(reports) >= 2
    assert any("no such table" in line for line in reports), reports
    assert reports[0].startswith("waiting for extra ("), reports
    assert reports[-1].startswith("still waiting after "), reports
    assert "Not steady after 2 s" in str(error)
    assert "read its log: " in extra.status.next_step


def test_a_container_that_ends_is_shown_with_its_exit_code_and_last_line(platform: Platform, extra: Extra) -> None:
    extra.create(command=["sh", "-c", "echo table items is missing; exit 3"])
    ends = "ends: container main ended with exit code 3: table items is missing"
    wait_for("its end", lambda: ends in extra.problem)
    assert "main.log" in extra.status.next_step
    assert extra.status.steady is False


def test_a_command_that_fails_leaves_its_own_words_in_its_logs_and_not_those_of_a_health_check(
    platform: Platform,
) -> None:
    account = platform.account
    logs = boto3.client(
        "logs",
        endpoint_url=account.endpoint_url,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    logs.create_log_group(logGroupName="/test")
    options = {"awslogs-group": "/test", "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
    definition = account.register(
        "oneoff",
        "1",
        logConfiguration={"logDriver": "awslogs", "options": options},
        healthCheck={"command": ["CMD-SHELL", "echo the server does not answer; exit 1"], "interval": 5},
    )
    command = ["sh", "-c", "sleep 2; echo usage:; echo invalid choice: bogus; exit 2"]
    task = account.run(command, definition=definition)
    container, _ = task["containers"]
    assert (container["exitCode"], container.get("reason")) == (2, None)
    events = logs.get_log_events(logGroupName="/test", logStreamName=f"web/web/{task['taskArn'].rpartition('/')[2]}")
    assert [event["message"] for event in events["events"]] == ["usage:", "invalid choice: bogus"]


def test_a_secret_that_does_not_exist_is_named(platform: Platform, extra: Extra) -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:missing-AbCdEf"
    extra.create(secrets=[{"name": "SECRET", "valueFrom": arn}])
    cause = f"does not start: {RETRIEVAL}unable to retrieve secret from asm: {RETRIED}failed to fetch secret {arn} from"
    wait_for("the verdict", lambda: cause in extra.problem)
    assert extra.status.next_step == "apply the environment again: ./windlass local apply"
