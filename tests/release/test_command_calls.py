"""The table of what commands ask of AWS has every call that they make, and the roles made from it may make them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from aws.command_calls import COMMANDS, Command, calls_of
from release.aws import Aws
from release.deploy import DeployRequest
from release.identity import author
from release.migrate import MigrateRequest
from release.strategies import BlueGreen, CodeDeploy, Rolling
from release.switch_request import SwitchRequest
from tests.permissions import recording
from tests.release.blue_green_service import MIGRATION, BlueGreenTestService
from tests.release.delivery_roles import role_session
from tests.release.operator import Operator, quick
from tests.release.scaled_service import Scaled
from tests.release.shared_resources import LOG_GROUP, SharedResources
from tests.release.single_service import SingleTestService
from tests.support.target_tracking import DIMENSION

NEW = "registry.example.com/shop/web:2.0.0"
AnyService = TypeVar("AnyService", BlueGreen, Rolling, CodeDeploy)


class Calls:
    """What commands call, each as the role that has it."""

    def __init__(self, shared: SharedResources) -> None:
        self._root, self._endpoint_url = shared.aws, shared.endpoint_url
        self._roles: dict[str, Aws] = {}
        self._calls: set[str] = set()

    def _note(self, model: Any, **_: Any) -> None:
        self._calls.add(f"{model.service_model.service_name}:{model.name}")

    def of(self, service: AnyService, role: str) -> AnyService:
        """The service with calls of a role, which are noted and judged; those of the test itself are not."""
        return replace(service, context=replace(service.context, aws=self.aws(role)))

    def aws(self, role: str) -> Aws:
        """AWS as a role sees it."""
        if role not in self._roles:
            session = role_session(self._root, role)
            session.events.register("before-call", self._note)
            self._roles[role] = Aws(session, endpoint_url=self._endpoint_url)
        return self._roles[role]

    def taken(self) -> set[str]:
        """The calls since the last time."""
        calls, self._calls = self._calls, set()
        return calls


def table(*commands: Command) -> set[str]:
    return {f"{call.service}:{call.operation}" for call in calls_of(*commands)}


def renamed(resource: str) -> str:
    """The name of a resource of these tests in the environment that others apply; services have numbers here."""
    own = resource.replace("shop-dev", "windlass-local").replace("shop/dev", "windlass/local")
    return re.sub(r"\b(web|api|shop)\d+", r"\1", own)


@pytest.fixture(scope="module")
def calls(shared: SharedResources, request: pytest.FixtureRequest) -> Iterator[Calls]:
    yield Calls(shared)
    # Some commands go on without what they may not do, and say so.
    assert recording.denied(shared.endpoint_url, prefix="shop-dev-") == []
    called = recording.allowed(shared.endpoint_url, prefix="shop-dev-", renamed=renamed)
    recording.compare("release", called, write=bool(request.config.getoption("--record")))


def test_a_blue_green_service_from_deployment_to_rollback(web: BlueGreenTestService, calls: Calls) -> None:
    service = Operator(web, pace=quick(web.end_task)).service
    web.healthy("green", 2)
    calls.of(service, "deploy").deploy(
        DeployRequest(image=web.push_image(f"3.0.{web.number}"), migration=MIGRATION), web.terraform
    )
    deployed = calls.taken()
    assert {"ssm:PutParameter", "ecs:RunTask", "ecr:DescribeImages"} <= deployed
    assert deployed <= table("deploy")
    web.ready("green")
    calls.of(service, "switch").switch(SwitchRequest(steps=(50, 100), bake_seconds=10, scale_down=True))
    switched = calls.taken()
    assert {"elbv2:ModifyRule", "ecs:UpdateService", "ssm:LabelParameterVersion"} <= switched
    assert switched <= table("switch")
    calls.of(service, "switch").switch(SwitchRequest(rollback=True, scale_up=True))
    assert calls.taken() <= table("switch")
    calls.of(service, "view").status()
    assert calls.taken() <= table("status")


def test_a_migration_that_fails_shows_its_log(web: BlueGreenTestService, calls: Calls) -> None:
    def fail() -> None:
        web.end_task(1)

    service = calls.of(Operator(web, pace=quick(fail)).service, "operate")
    with pytest.raises(Exception, match="exit"):
        service.migrate(MigrateRequest(command=MIGRATION))
    assert "logs:GetLogEvents" in (failed := calls.taken())
    assert failed <= table("migrate")


@pytest.mark.parametrize("strategy", ["rolling", "codedeploy"])
def test_a_service_without_colours(shared: SharedResources, calls: Calls, strategy: str) -> None:
    single = SingleTestService(shared, strategy)  # type: ignore[arg-type]
    service: Any = single.service()
    calls.of(service, "deploy").deploy(DeployRequest(image=NEW), single.terraform())
    deployed = calls.taken()
    assert ("codedeploy:CreateDeployment" in deployed) == (strategy == "codedeploy")
    assert deployed <= table("deploy")
    calls.of(service, "view").status()
    assert calls.taken() <= table("status")


@pytest.mark.parametrize("role", ["switch", "deploy"])
def test_the_minimum_follows_the_requests(web: BlueGreenTestService, calls: Calls, role: str) -> None:
    service = calls.of(Scaled(web).service(), role)
    web.ready("green")
    service.switch(SwitchRequest())
    service.switch(SwitchRequest(rollback=True))
    called = calls.taken()
    named = {"PutScheduledAction", "DeleteScheduledAction", "RegisterScalableTarget", "DescribeScheduledActions"}
    assert {f"application-autoscaling:{operation}" for operation in named} <= called
    assert called <= table(role)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["deploy", "switch", "view", "operate"])
def test_every_role_is_named_in_the_history(calls: Calls, role: str) -> None:
    assert f"assumed-role/shop-dev-{role}/" in author(calls.aws(role)).name


def test_people_who_operate_scale_restart_and_open_a_shell(web: BlueGreenTestService, calls: Calls) -> None:
    aws = calls.aws("operate")
    Scaled(web)
    name = web.published.colours["blue"].service_name
    target = {"ServiceNamespace": "ecs", "ResourceId": f"service/shop-dev/{name}", "ScalableDimension": DIMENSION}
    scaling = aws.client("application-autoscaling")
    assert scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[target["ResourceId"]])
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=3)
    ecs = aws.client("ecs")
    ecs.update_service(cluster="shop-dev", service=name, desiredCount=3, forceNewDeployment=True)
    web.healthy("blue", 2)
    calls.of(Operator(web).service, "operate").status()
    network = {
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": web.shared.subnet_ids,
                "securityGroups": [web.shared.security_group_id],
            }
        }
    }
    started = web.client("ecs").run_task(cluster="shop-dev", taskDefinition=name, launchType="FARGATE", **network)
    task = started["tasks"][0]["taskArn"]
    ecs.stop_task(cluster="shop-dev", task=task, reason="a restart")


def test_people_who_look_and_operate_read_logs(web: BlueGreenTestService, calls: Calls) -> None:
    web.client("logs").create_log_stream(logGroupName=LOG_GROUP, logStreamName=f"web/{web.name}")
    for role in ("view", "operate"):
        logs = calls.aws(role).client("logs")
        (stream,) = logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"web/{web.name}")[
            "logStreams"
        ]
        assert logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=stream["logStreamName"])["events"] == []
        assert logs.filter_log_events(logGroupName=LOG_GROUP)["events"] is not None


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
