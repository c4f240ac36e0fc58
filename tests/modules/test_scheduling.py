"""Schedules: what they call, with a role that may do that and nothing else."""

import dataclasses
import json
from typing import Any

import pytest

from aws.account import Account
from modules.scheduling import ScheduledCall, ScheduledCalls, ScheduledCallsInputs, ScheduledTask, ScheduledTaskInputs
from tests.support.stack import Synthesised, module_stack, synthesised

DATABASE = "arn:aws:rds:eu-west-1:111122223333:db:acme-dev"
STOP = ScheduledCall(
    action="rds:StopDBInstance",
    arguments={"DbInstanceIdentifier": "acme-dev"},
    resources=[DATABASE],
    expression="cron(15 19 ? * MON-FRI *)",
)
CALLS = ScheduledCallsInputs(
    name="acme-dev-hours",
    purpose="stop the database acme-dev",
    account=Account(region="eu-west-1", id="111122223333"),
    timezone="Europe/Berlin",
    calls={"stop": STOP},
)
TASK = ScheduledTaskInputs(
    name="acme-dev-clean",
    account=Account(region="eu-west-1", id="111122223333"),
    expression="cron(0 3 * * ? *)",
    cluster_arn="arn:aws:ecs:eu-west-1:111122223333:cluster/acme-dev",
    cluster_name="acme-dev",
    task_family="acme-dev-clean",
    task_definition_arn="arn:aws:ecs:eu-west-1:111122223333:task-definition/acme-dev-clean:3",
    role_arns=["arn:aws:iam::111122223333:role/execution", "arn:aws:iam::111122223333:role/task"],
    subnet_ids=["subnet-1"],
    security_group_ids=["sg-1"],
)


def calls(inputs: ScheduledCallsInputs = CALLS) -> Synthesised:
    with module_stack() as stack:
        ScheduledCalls(stack, "hours", inputs)
        return synthesised(stack)


def task(inputs: ScheduledTaskInputs = TASK) -> Synthesised:
    with module_stack() as stack:
        ScheduledTask(stack, "clean", inputs)
        return synthesised(stack)


def statements(result: Synthesised) -> dict[str, dict[str, Any]]:
    document = json.loads(result.only("aws_iam_role_policy")["policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


def test_a_call_is_a_universal_target() -> None:
    body = calls().only("aws_scheduler_schedule")
    assert body["target"]["arn"] == "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance"
    assert json.loads(body["target"]["input"]) == {"DbInstanceIdentifier": "acme-dev"}
    assert (body["schedule_expression"], body["schedule_expression_timezone"]) == (STOP.expression, "Europe/Berlin")


def test_a_call_that_is_late_is_given_up() -> None:
    assert calls().only("aws_scheduler_schedule")["target"]["retry_policy"]["maximum_event_age_in_seconds"] == 900


def test_i01_the_role_may_make_the_call_and_nothing_else() -> None:
    (statement,) = statements(calls()).values()
    assert (statement["Action"], statement["Resource"]) == (["rds:StopDBInstance"], [DATABASE])


@pytest.mark.parametrize(("synth", "group"), [(calls, "acme-dev-hours"), (task, "acme-dev-clean")])
def test_only_the_group_of_schedules_may_take_the_role(synth: Any, group: str) -> None:
    (trust,) = json.loads(synth().only("aws_iam_role")["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {
        "aws:SourceAccount": "111122223333",
        "aws:SourceArn": f"arn:aws:scheduler:eu-west-1:111122223333:schedule-group/{group}",
    }


@pytest.mark.parametrize(
    ("synth", "group"),
    [
        (lambda key: calls(dataclasses.replace(CALLS, kms_key_arn=key)), "acme-dev-hours"),
        (lambda key: task(dataclasses.replace(TASK, kms_key_arn=key)), "acme-dev-clean"),
    ],
)
def test_i01_the_role_decrypts_its_own_schedules_and_nothing_else(synth: Any, group: str) -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/1"
    result = synth(key)
    assert result.only("aws_scheduler_schedule")["kms_key_arn"] == key
    statement = statements(result)["ReadSchedules"]
    assert (statement["Action"], statement["Resource"]) == (["kms:Decrypt"], [key])
    schedules = f"arn:aws:scheduler:eu-west-1:111122223333:schedule/{group}/*"
    assert statement["Condition"] == {"StringLike": {"kms:EncryptionContext:aws:scheduler:schedule:arn": schedules}}


def test_i01_the_given_revision_runs_and_not_the_newest_one() -> None:
    parameters = task().only("aws_scheduler_schedule")["target"]["ecs_parameters"]
    assert parameters["task_definition_arn"] == TASK.task_definition_arn
    assert parameters["network_configuration"] == {
        "assign_public_ip": False,
        "security_groups": ["sg-1"],
        "subnets": ["subnet-1"],
    }


def test_i01_a_task_of_one_family_in_one_cluster_with_its_own_roles() -> None:
    result = statements(task())
    family = "arn:aws:ecs:eu-west-1:111122223333:task-definition/acme-dev-clean"
    assert result["RunTask"]["Resource"] == [f"{family}:*"]
    assert result["RunTask"]["Condition"] == {"ArnEquals": {"ecs:cluster": TASK.cluster_arn}}
    assert result["TagTask"]["Resource"] == ["arn:aws:ecs:eu-west-1:111122223333:task/acme-dev/*"]
    assert result["PassRoles"]["Resource"] == list(TASK.role_arns)
    assert result["PassRoles"]["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def test_a_task_may_start_a_little_later() -> None:
    assert task().only("aws_scheduler_schedule")["flexible_time_window"] == {
        "maximum_window_in_minutes": 15,
        "mode": "FLEXIBLE",
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "a b"}, "name of the schedules"),
        ({"expression": "every day"}, 'schedule "task" is "every day"'),
        ({"flexible_minutes": 0}, "flexible_minutes"),
    ],
)
def test_what_scheduler_would_refuse_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        task(dataclasses.replace(TASK, **change))


def test_a_call_is_named_in_the_words_of_iam() -> None:
    with pytest.raises(ValueError, match='"rds:stopDBInstance"'):
        dataclasses.replace(STOP, action="rds:stopDBInstance")
