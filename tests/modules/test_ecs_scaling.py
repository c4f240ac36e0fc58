"""Scaling that follows waiting work, from zero too, and working hours."""

import dataclasses
from typing import Any

import pytest

from modules.ecs import BacklogTarget, QueueMetric, ScalingInputs, Service, WorkingHours
from tests.modules.ecs_examples import SERVICE
from tests.support.stack import Synthesised, module_stack, synthesised


def queue(name: str) -> QueueMetric:
    return QueueMetric(namespace="Acme", name="QueueLength", dimensions={"Queue": name, "Deployment": "acme-prod"})


BACKLOG = BacklogTarget(queues=[queue("default"), queue("reports")], per_task=4)
HOURS = WorkingHours(start="cron(0 8 ? * MON-FRI *)", end="cron(0 19 ? * MON-FRI *)", timezone="Europe/Berlin")


def scaled(**values: Any) -> Synthesised:
    with module_stack() as stack:
        Service(stack, "worker", dataclasses.replace(SERVICE, name="worker", scaling=ScalingInputs(**values)))
        return synthesised(stack)


def policies(result: Synthesised) -> dict[str, dict[str, Any]]:
    return {body["name"]: body for body in result.resources("aws_appautoscaling_policy").values()}


def queries(result: Synthesised) -> dict[str, dict[str, Any]]:
    body = policies(result)["backlog"]["target_tracking_scaling_policy_configuration"]
    return {query["id"]: query for query in body["customized_metric_specification"]["metrics"]}


def test_a16_the_lengths_of_all_queues_are_added_and_divided_by_the_running_tasks() -> None:
    result = scaled(min_count=1, max_count=10, backlog=BACKLOG)
    assert policies(result)["backlog"]["target_tracking_scaling_policy_configuration"]["target_value"] == 4
    assert queries(result)["backlog"]["expression"] == "(q1 + q2) / running"
    names = [
        {pair["name"]: pair["value"] for pair in queries(result)[id_]["metric_stat"]["metric"]["dimensions"]}["Queue"]
        for id_ in ("q1", "q2")
    ]
    assert names == ["default", "reports"]


def test_running_tasks_are_counted_without_container_insights() -> None:
    stat = queries(scaled(min_count=1, max_count=10, backlog=BACKLOG))["running"]["metric_stat"]
    assert (stat["metric"]["namespace"], stat["metric"]["metric_name"], stat["stat"]) == (
        "AWS/ECS",
        "CPUUtilization",
        "SampleCount",
    )


def test_exactly_one_query_returns_data() -> None:
    result = queries(scaled(min_count=1, max_count=10, backlog=BACKLOG))
    assert [id_ for id_, query in result.items() if query["return_data"]] == ["backlog"]


def test_only_the_backlog_takes_workers_away() -> None:
    with_backlog = policies(scaled(min_count=1, max_count=10, backlog=BACKLOG))
    key = "target_tracking_scaling_policy_configuration"
    assert {name for name, body in with_backlog.items() if not body[key].get("disable_scale_in")} == {"backlog"}
    without = policies(scaled(min_count=1, max_count=10))
    assert [body[key].get("disable_scale_in") for body in without.values()] == [None, None]


def test_from_zero_the_first_message_starts_the_first_task() -> None:
    result = scaled(min_count=0, max_count=10, backlog=BACKLOG)
    step = policies(result)["from-zero"]["step_scaling_policy_configuration"]
    assert step["adjustment_type"] == "ChangeInCapacity"
    assert step["step_adjustment"] == [{"metric_interval_lower_bound": "0", "scaling_adjustment": 1}]
    alarm = result.only("aws_cloudwatch_metric_alarm")
    (action,) = alarm["alarm_actions"]
    assert "scaling-from-zero" in action
    assert (alarm["comparison_operator"], alarm["threshold"], alarm["evaluation_periods"]) == (
        "GreaterThanThreshold",
        0,
        1,
    )
    assert alarm["metric_query"][0]["expression"] == "SUM([q1, q2, -1000000 * running])"


def test_with_a_minimum_of_one_no_alarm_starts_the_first_task() -> None:
    result = scaled(min_count=1, max_count=10, backlog=BACKLOG)
    assert "from-zero" not in policies(result)
    assert result.resources("aws_cloudwatch_metric_alarm") == {}


@pytest.mark.parametrize(("count", "per_task"), [(0, 1), (9, 1), (1, 0)])
def test_a_backlog_that_aws_would_refuse_is_refused(count: int, per_task: int) -> None:
    with pytest.raises(ValueError, match=r"backlog of|per_task"):
        BacklogTarget(queues=[queue(f"q{number}") for number in range(count)], per_task=per_task)


def test_outside_working_hours_there_is_no_task() -> None:
    result = scaled(min_count=2, max_count=5, working_hours=HOURS)
    actions = {body["name"]: body for body in result.resources("aws_appautoscaling_scheduled_action").values()}
    assert actions["working-hours-end"]["scalable_target_action"] == {"min_capacity": "0", "max_capacity": "0"}
    assert actions["working-hours-start"]["scalable_target_action"] == {"min_capacity": "2", "max_capacity": "5"}
    assert {body["timezone"] for body in actions.values()} == {"Europe/Berlin"}
    assert actions["working-hours-end"]["schedule"] == HOURS.end


def test_e07_an_apply_at_night_starts_no_task() -> None:
    with_hours = scaled(min_count=2, max_count=5, working_hours=HOURS).only("aws_appautoscaling_target")
    assert with_hours["lifecycle"] == {"ignore_changes": ["min_capacity", "max_capacity"]}
    assert "lifecycle" not in scaled(min_count=2, max_count=5).only("aws_appautoscaling_target")


def test_hours_that_are_no_cron_expression_are_refused() -> None:
    with pytest.raises(ValueError, match=r'start is "08:00"'):
        WorkingHours(start="08:00", end="cron(0 19 ? * MON-FRI *)")


@pytest.mark.parametrize(("first", "least"), [(0, 0), (2, 2)])
def test_e07_the_minimum_of_a_colour_is_written_once_and_left_to_releases(first: int, least: int) -> None:
    target = scaled(min_count=2, max_count=5, first_min_count=first).only("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (least, 5)
    assert target["lifecycle"] == {"ignore_changes": ["min_capacity"]}


def test_e07_the_morning_starts_no_idle_colour() -> None:
    result = scaled(min_count=2, max_count=5, first_min_count=0, working_hours=HOURS)
    actions = {body["name"]: body for body in result.resources("aws_appautoscaling_scheduled_action").values()}
    assert actions["working-hours-start"]["scalable_target_action"] == {"min_capacity": "0", "max_capacity": "5"}
    ignored = {"ignore_changes": ["scalable_target_action[0].min_capacity"]}
    assert {name: body.get("lifecycle") for name, body in actions.items()} == {
        "working-hours-start": ignored,
        "working-hours-end": None,
    }


def test_a_first_minimum_is_zero_or_the_minimum() -> None:
    with pytest.raises(ValueError, match="first_min_count is 1; allowed are 0 and 2"):
        scaled(min_count=2, max_count=5, first_min_count=1)
