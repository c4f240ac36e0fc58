"""CodeDeploy for one service: it rolls back automatically, and its role is limited to that service."""

import json
from dataclasses import replace
from typing import Any

import pytest

from aws.account import Account
from modules.codedeploy import (
    CodeDeploy,
    CodeDeployInputs,
    RollbackInputs,
    ServiceInputs,
    TrafficInputs,
)
from tests.support.stack import Synthesised, module_stack, synthesised

INPUTS = CodeDeployInputs(
    name="acme-prod-shop",
    account=Account(region="eu-west-1", id="111122223333"),
    service=ServiceInputs(cluster_name="acme-prod", service_name="shop", role_arns=["arn:execution", "arn:task"]),
    traffic=TrafficInputs(
        target_group_names=["shop-a", "shop-b"],
        listener_arn="arn:https",
        listener_rule_arns=["arn:rule"],
        test_listener_arn="arn:test",
    ),
    rollback=RollbackInputs(alarm_names=["shop-5xx"]),
)


def created(inputs: CodeDeployInputs = INPUTS) -> Synthesised:
    with module_stack() as stack:
        CodeDeploy(stack, "deployments", inputs)
        return synthesised(stack)


def group(inputs: CodeDeployInputs = INPUTS) -> dict[str, Any]:
    return created(inputs).only("aws_codedeploy_deployment_group")


def statements(inputs: CodeDeployInputs = INPUTS) -> dict[str, dict[str, Any]]:
    document = json.loads(created(inputs).only("aws_iam_role_policy")["policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


def test_an_alarm_or_a_failure_rolls_a_deployment_back() -> None:
    body = group()
    assert body["alarm_configuration"] == {"alarms": ["shop-5xx"], "enabled": True, "ignore_poll_alarm_failure": False}
    assert body["auto_rollback_configuration"] == {
        "enabled": True,
        "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
    }


def test_without_alarms_a_failure_alone_does() -> None:
    body = group(replace(INPUTS, rollback=RollbackInputs(on_request=True)))
    assert "alarm_configuration" not in body
    assert body["auto_rollback_configuration"]["events"] == ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"]


def test_requests_shift_gradually_and_the_old_tasks_stay_for_a_while() -> None:
    body = group()
    assert body["deployment_config_name"] == "CodeDeployDefault.ECSCanary10Percent5Minutes"
    pace = body["blue_green_deployment_config"]
    assert pace["deployment_ready_option"] == {"action_on_timeout": "CONTINUE_DEPLOYMENT"}
    assert pace["terminate_blue_instances_on_deployment_success"] == {
        "action": "TERMINATE",
        "termination_wait_time_in_minutes": 60,
    }


def test_a_deployment_can_wait_on_the_test_listener_for_a_user_to_continue() -> None:
    pace = group(replace(INPUTS, test_wait_minutes=30))["blue_green_deployment_config"]
    assert pace["deployment_ready_option"] == {"action_on_timeout": "STOP_DEPLOYMENT", "wait_time_in_minutes": 30}


def test_both_listeners_and_both_target_groups_are_named() -> None:
    pair = group()["load_balancer_info"]["target_group_pair_info"]
    assert pair["prod_traffic_route"] == {"listener_arns": ["arn:https"]}
    assert pair["test_traffic_route"] == {"listener_arns": ["arn:test"]}
    assert pair["target_group"] == [{"name": "shop-a"}, {"name": "shop-b"}]


def test_i01_what_changes_something_names_this_service_and_its_listeners() -> None:
    actual = statements()
    arn = "arn:aws:ecs:eu-west-1:111122223333"
    assert actual["DeployService"]["Resource"] == [f"{arn}:service/acme-prod/shop"]
    assert actual["ReplaceTaskSets"]["Resource"] == [f"{arn}:task-set/acme-prod/shop/*"]
    assert actual["ShiftTraffic"]["Resource"] == ["arn:https", "arn:test", "arn:rule"]
    assert actual["PassTaskRoles"]["Resource"] == ["arn:execution", "arn:task"]
    assert actual["PassTaskRoles"]["Condition"]["StringEquals"]["iam:PassedToService"] == "ecs-tasks.amazonaws.com"


def test_i01_only_reading_has_any_resource() -> None:
    anywhere = [action for body in statements().values() if "*" in body["Resource"] for action in body["Action"]]
    assert anywhere
    assert all(action.split(":")[1].startswith("Describe") for action in anywhere)


def test_only_codedeploy_on_behalf_of_this_deployment_group_takes_the_role() -> None:
    (statement,) = json.loads(created().only("aws_iam_role")["assume_role_policy"])["Statement"]
    assert statement["Principal"] == {"Service": "codedeploy.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnLike": {
            "aws:SourceArn": "arn:aws:codedeploy:eu-west-1:111122223333:deploymentgroup:acme-prod-shop/acme-prod-shop"
        },
    }


def test_the_deployment_group_waits_for_the_policy_of_its_role() -> None:
    result = created()
    (policy,) = result.resources("aws_iam_role_policy")
    assert group()["depends_on"] == [f"aws_iam_role_policy.{policy}"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: replace(INPUTS, name="n" * 54), "allowed are 1 to 53"),
        (lambda: replace(INPUTS, termination_wait_minutes=2881), "termination_wait_minutes is 2881"),
        (lambda: replace(INPUTS, test_wait_minutes=-1), "test_wait_minutes is -1"),
        (lambda: replace(INPUTS.traffic, target_group_names=["one"]), "CodeDeploy needs two"),
        (lambda: RollbackInputs(alarm_names=["a"] * 11), "allowed are 10"),
    ],
)
def test_what_codedeploy_would_refuse_is_refused_with_a_reason(change: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        change()
