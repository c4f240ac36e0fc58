"""Working hours: services and the database stop after them and start in time."""

import json
from functools import cache

from pydantic_core import to_jsonable_python

import guards
from config import Environment, load
from layers.guard_intent import intent_of
from layers.synthesis import terraform_json
from tests.layers.test_strategies import add
from tests.support.documents import ROOT, Documents, addresses, documents

HOURS = {"start": "08:00", "end": "19:05", "days": ["mon", "fri"], "timezone": "Europe/Berlin"}


def environment(stop_database: bool = True) -> Environment:
    data = to_jsonable_python(load("staging", ROOT))
    add("api", "rolling", 70)(data)
    add("docs", "rolling", 60)(data)
    data["working_hours"] = {**HOURS, "services": ["api"], "stop_database": stop_database}
    return Environment.model_validate_json(json.dumps(data))


@cache
def with_hours(stop_database: bool = True) -> Documents:
    return terraform_json(environment(stop_database))


def test_only_the_services_that_are_named_keep_the_hours() -> None:
    resources = addresses(with_hours())
    actions = [address for address in resources if "aws_appautoscaling_scheduled_action" in address]
    web = [address.rpartition(".")[2] for address in actions if ".airflow_" not in address]
    assert sorted(web) == ["api_rolling_working-hours-end", "api_rolling_working-hours-start"]
    start = resources["service: aws_appautoscaling_scheduled_action.api_rolling_working-hours-start"]
    assert (start["schedule"], start["timezone"]) == ("cron(0 8 ? * MON,FRI *)", "Europe/Berlin")


def test_the_database_starts_before_the_services_and_stops_after_them() -> None:
    schedules = {
        name: body
        for name, body in with_hours()["service"]["resource"]["aws_scheduler_schedule"].items()
        if "database-hours" in name
    }
    times = {name: body["schedule_expression"] for name, body in schedules.items()}
    assert times == {
        "database-hours_start": "cron(40 7 ? * MON,FRI *)",
        "database-hours_stop": "cron(15 19 ? * MON,FRI *)",
    }
    assert {body["schedule_expression_timezone"] for body in schedules.values()} == {"Europe/Berlin"}


def test_the_database_keeps_running_unless_the_file_says_otherwise() -> None:
    for layers in (with_hours(stop_database=False), documents("prod")):
        assert not [name for name in layers["service"]["resource"]["aws_scheduler_schedule"] if "database" in name]


def test_i01_who_stops_the_database_can_do_nothing_else() -> None:
    policy = with_hours()["service"]["resource"]["aws_iam_role_policy"]["database-hours_role-policy"]["policy"]
    statements = json.loads(policy)["Statement"]
    start, stop, read = statements
    assert [start["Action"], stop["Action"]] == [["rds:StartDBInstance"], ["rds:StopDBInstance"]]
    assert read["Action"] == ["kms:Decrypt"]
    assert read["Condition"]["StringLike"]["kms:EncryptionContext:aws:scheduler:schedule:arn"].endswith(
        ":schedule/windlass-staging-database-hours/*"
    )
    for statement in (start, stop):
        (resource,) = statement["Resource"]
        assert resource.startswith("arn:aws:rds:eu-west-1:123456789012:db:")
        assert "*" not in resource


def test_working_hours_break_no_guard() -> None:
    verdict = guards.check("staging", with_hours(), intent_of(environment()))
    assert (verdict.warnings, verdict.waived) == ((), ())
