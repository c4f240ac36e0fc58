"""Deployments that ECS has given up are started again, once."""

from collections.abc import Callable
from typing import Any

import pytest

from release.failed_deployments import deploy_again, ecs_services, failed_deployments
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import CLUSTER


def service_of(web: BlueGreenTestService, name: str) -> Any:
    from moto.ecs.models import ecs_backends

    backend = ecs_backends["123456789012"]["eu-west-1"]
    return next(each for each in backend.services.values() if each.name == name)


@pytest.fixture
def gives_up(web: BlueGreenTestService) -> Callable[[str], str]:
    """Let ECS give up the newest deployment of a colour; returns the name of its ECS service."""

    def give_up(colour: str) -> str:
        name = web.published.colours[colour].service_name  # type: ignore[index]
        (deployment,) = service_of(web, name).deployments
        deployment.update(rolloutState="FAILED", rolloutStateReason="tasks failed to start")
        return name

    return give_up


def names(web: BlueGreenTestService) -> list[str]:
    return [colour.service_name for colour in web.published.colours.values()]


def test_a_deployment_that_failed_before_is_started_again(
    web: BlueGreenTestService, gives_up: Callable[[str], str]
) -> None:
    blue = gives_up("blue")
    (failed,) = failed_deployments(web.aws, CLUSTER, names(web))
    assert (failed.service_name, failed.reason) == (blue, "tasks failed to start")
    assert deploy_again(web.aws, CLUSTER, [failed]) == [failed]
    assert failed_deployments(web.aws, CLUSTER, names(web)) == []
    (deployment,) = web.client("ecs").describe_services(cluster=CLUSTER, services=[blue])["services"][0]["deployments"]
    assert deployment["id"] != failed.deployment_id


def test_one_that_the_apply_has_replaced_is_left_alone(
    web: BlueGreenTestService, gives_up: Callable[[str], str]
) -> None:
    blue = gives_up("blue")
    before = failed_deployments(web.aws, CLUSTER, names(web))
    web.client("ecs").update_service(cluster=CLUSTER, service=blue, forceNewDeployment=True)
    assert deploy_again(web.aws, CLUSTER, before) == []
    gives_up("blue")
    assert deploy_again(web.aws, CLUSTER, before) == [], "this one failed after the apply had begun"


def test_a_colour_without_tasks_is_left_alone(web: BlueGreenTestService, gives_up: Callable[[str], str]) -> None:
    gives_up("green")
    assert failed_deployments(web.aws, CLUSTER, names(web)) == []


def test_more_services_than_one_call_takes(web: BlueGreenTestService, gives_up: Callable[[str], str]) -> None:
    blue = gives_up("blue")
    many = [*(f"missing-{number}" for number in range(12)), blue]
    assert [each.service_name for each in failed_deployments(web.aws, CLUSTER, many)] == [blue]


def test_services_that_codedeploy_deploys_are_not_among_them(web: BlueGreenTestService) -> None:
    rolling = {
        "strategy": "rolling",
        "url": "",
        "listener_rule_arn": "",
        "image_parameter": "",
        "service_name": "rolls",
        "target_group_arn": "",
    }
    codedeploy = {
        **rolling,
        "strategy": "codedeploy",
        "task_definition_arn": "",
        "application_name": "",
        "deployment_group_name": "",
        "test_listener_arn": "",
    }
    services = {"a": web.outputs["services"][web.name], "b": rolling, "c": codedeploy}
    airflow = {"service_names": {"scheduler": "shop-dev-airflow-scheduler"}}
    assert ecs_services({"services": services, "airflow": airflow}) == [
        *names(web),
        "rolls",
        "shop-dev-airflow-scheduler",
    ]
    assert ecs_services({}) == []
