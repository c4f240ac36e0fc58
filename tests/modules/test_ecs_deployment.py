"""Who replaces the tasks of a service, what Terraform leaves to them, and how an apply learns that it went wrong."""

import dataclasses
from typing import Any

import pytest

from modules.ecs import DeploymentInputs, Service
from tests.modules.ecs_examples import BALANCED
from tests.support.stack import Synthesised, module_stack, synthesised


def created(**deployment: Any) -> Synthesised:
    with module_stack() as stack:
        Service(stack, "web", dataclasses.replace(BALANCED, deployment=DeploymentInputs(**deployment)))
        return synthesised(stack)


def test_e01_an_apply_can_fail_when_ecs_rolled_the_deployment_back() -> None:
    result = created(wait_for_steady_state=True, fail_on_rollback=True, alarm_names=["web-5xx"])
    (task,) = result.resources("aws_ecs_task_definition")
    (postcondition,) = result.only("aws_ecs_service")["lifecycle"]["postcondition"]
    assert postcondition["condition"] == f"${{self.task_definition == aws_ecs_task_definition.{task}.arn}}"
    assert "ECS rolled back the deployment of web" in postcondition["error_message"]
    assert "The next plan shows the change again" in postcondition["error_message"]


def test_by_default_nothing_is_checked_after_an_apply() -> None:
    assert created().only("aws_ecs_service")["lifecycle"] == {"ignore_changes": ["desired_count"]}


def test_e07_with_codedeploy_its_three_arguments_are_left_alone() -> None:
    service = created(controller="CODE_DEPLOY").only("aws_ecs_service")
    assert service["deployment_controller"] == {"type": "CODE_DEPLOY"}
    assert service["lifecycle"]["ignore_changes"] == ["desired_count", "task_definition", "load_balancer"]


def test_with_codedeploy_the_service_has_no_setting_that_ecs_refuses() -> None:
    service = created(controller="CODE_DEPLOY").only("aws_ecs_service")
    assert {"force_new_deployment", "deployment_circuit_breaker", "alarms"} & set(service) == set()


@pytest.mark.parametrize(
    ("deployment", "words"),
    [
        ({"fail_on_rollback": True}, "fail_on_rollback needs wait_for_steady_state"),
        ({"controller": "CODE_DEPLOY", "alarm_names": ["web-5xx"]}, "belong to its deployment group"),
        ({"controller": "CODE_DEPLOY", "wait_for_steady_state": True}, "belong to its deployment group"),
    ],
)
def test_a_contradiction_is_refused_with_a_reason(deployment: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        DeploymentInputs(**deployment)
