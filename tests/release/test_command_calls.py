"""The table of what commands ask of AWS has every call that they make: the roles of pipelines are made from it."""

from dataclasses import replace
from typing import Any, TypeVar

import pytest

from aws.command_calls import COMMANDS, Command, calls_of
from release.aws import Aws
from release.deploy import DeployRequest
from release.migrate import MigrateRequest
from release.strategies import BlueGreen, CodeDeploy, Rolling
from release.switch_request import SwitchRequest
from tests.release.blue_green_service import MIGRATION, BlueGreenTestService
from tests.release.operator import Operator, quick
from tests.release.shared_resources import SharedResources, session
from tests.release.single_service import SingleTestService

NEW = "registry.example.com/shop/web:2.0.0"
AnyService = TypeVar("AnyService", BlueGreen, Rolling, CodeDeploy)


class Calls:
    """What commands call."""

    def __init__(self, endpoint_url: str) -> None:
        recorded = session()
        recorded.events.register("before-call", self._note)
        self._aws = Aws(recorded, endpoint_url=endpoint_url)
        self._calls: set[str] = set()

    def _note(self, model: Any, **_: Any) -> None:
        self._calls.add(f"{model.service_model.service_name}:{model.name}")

    def of(self, service: AnyService) -> AnyService:
        """The service with calls that are noted; those of the test itself are not."""
        return replace(service, context=replace(service.context, aws=self._aws))

    def taken(self) -> set[str]:
        """The calls since the last time."""
        calls, self._calls = self._calls, set()
        return calls


def table(*commands: Command) -> set[str]:
    return {f"{call.service}:{call.operation}" for call in calls_of(*commands)}


@pytest.fixture
def calls(shared: SharedResources) -> Calls:
    return Calls(shared.endpoint_url)


def test_a_blue_green_service_from_deployment_to_rollback(web: BlueGreenTestService, calls: Calls) -> None:
    service = calls.of(Operator(web, pace=quick(web.end_task)).service)
    web.healthy("green", 2)
    service.deploy(DeployRequest(image=web.push_image(f"3.0.{web.number}"), migration=MIGRATION), web.terraform)
    deployed = calls.taken()
    assert {"ssm:PutParameter", "ecs:RunTask", "ecr:DescribeImages"} <= deployed
    assert deployed <= table("deploy")
    web.ready("green")
    service.switch(SwitchRequest(steps=(50, 100), bake_seconds=10, scale_down=True))
    switched = calls.taken()
    assert {"elbv2:ModifyRule", "ecs:UpdateService", "ssm:LabelParameterVersion"} <= switched
    assert switched <= table("switch")
    service.switch(SwitchRequest(rollback=True, scale_up=True))
    assert calls.taken() <= table("switch")
    service.status()
    assert calls.taken() <= table("status")


def test_a_migration_that_fails_shows_its_log(web: BlueGreenTestService, calls: Calls) -> None:
    def fail() -> None:
        web.end_task(1)

    service = calls.of(Operator(web, pace=quick(fail)).service)
    with pytest.raises(Exception, match="exit"):
        service.migrate(MigrateRequest(command=MIGRATION))
    assert "logs:GetLogEvents" in (failed := calls.taken())
    assert failed <= table("migrate")


@pytest.mark.parametrize("strategy", ["rolling", "codedeploy"])
def test_a_service_without_colours(shared: SharedResources, calls: Calls, strategy: str) -> None:
    single = SingleTestService(shared, strategy)  # type: ignore[arg-type]
    service: Any = calls.of(single.service())
    service.deploy(DeployRequest(image=NEW), single.terraform())
    deployed = calls.taken()
    assert ("codedeploy:CreateDeployment" in deployed) == (strategy == "codedeploy")
    assert deployed <= table("deploy")
    service.status()
    assert calls.taken() <= table("status")


def test_every_call_is_one_that_boto3_knows() -> None:
    import boto3

    known: dict[str, set[str]] = {}
    checked_without_a_call = {"iam:PassRole", "ecr:GetAuthorizationToken"}
    for call in calls_of(*COMMANDS):
        if call.service not in known:
            model = boto3.client(call.service, region_name="eu-west-1").meta.service_model
            known[call.service] = set(model.operation_names)
        name = f"{call.service}:{call.operation}"
        assert call.operation in known[call.service] or name in checked_without_a_call, name
