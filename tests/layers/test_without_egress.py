"""`egress = "endpoints"`: whatever tasks call has its endpoint."""

import copy
from typing import Any

import pytest

import guards
from layers.guard_intent import intent_of
from layers.synthesis import terraform_json
from tests.guards.mistakes import Change, allowing
from tests.support.documents import Documents, changed_environment, documents, intent

GUARD = "calls_without_egress_have_endpoints"


def endpoints(of: Documents) -> set[str]:
    bodies = of["network"]["resource"]["aws_vpc_endpoint"].values()
    return {body["service_name"].removeprefix("com.amazonaws.eu-west-1.") for body in bodies}


def refused(change: Change) -> dict[str, str]:
    changed = copy.deepcopy(documents("staging"))
    change(changed)
    with pytest.raises(guards.GuardError) as caught:
        guards.check("staging", changed, intent("staging"))
    return {violation.guard: violation.message for violation in caught.value.violations}


def test_what_airflow_calls_comes_along() -> None:
    fargate = {"ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager", "ssm", "ssmmessages"}
    assert endpoints(documents("staging")) == {*fargate, "ecs"}


def test_ecs_exec_brings_the_endpoint_that_its_agent_decrypts_by() -> None:
    def turn_on(data: dict[str, Any]) -> None:
        data["cluster"]["execute_command"] = True

    environment = changed_environment("staging", turn_on)
    synthesised = terraform_json(environment)
    assert "kms" in endpoints(synthesised)
    assert guards.check("staging", synthesised, intent_of(environment)).warnings == ()


@pytest.mark.parametrize("service", ["ecs", "ssm", "logs"])
def test_an_endpoint_that_is_missing_is_found(service: str) -> None:
    def remove(changed: Documents) -> None:
        del changed["network"]["resource"]["aws_vpc_endpoint"][f"networking_endpoint-{service}"]

    assert f"there is no endpoint {service}" in refused(remove)[GUARD]


def test_a_call_of_a_service_that_the_table_lacks_is_found() -> None:
    table = "arn:aws:dynamodb:eu-west-1:123456789012:table/app"
    assert "whose endpoint is not known" in refused(allowing("web_roles_task", "dynamodb:GetItem", table))[GUARD]


def test_a_call_through_another_service_needs_no_endpoint_of_its_own() -> None:
    assert "kms" not in endpoints(documents("staging"))
    assert guards.check("staging", documents("staging"), intent("staging")).warnings == ()
