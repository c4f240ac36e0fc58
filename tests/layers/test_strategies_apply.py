"""Rolling and CodeDeploy services on the embedded AWS with real Terraform: what an apply changes and what it keeps."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import release
from cli.running.strategy_change import explain
from release.aws import Aws
from release.deploy import DeployRequest
from release.strategies import AnyService
from tests.release.operator import Recorder, StubTerraform, quick
from tests.release.shared_resources import session, tasks_run_until_stopped
from tests.release.single_service import end_one_off_task
from tests.support.embedded import embedded_aws
from tests.support.strategies import Infrastructure, Terraform, make_infrastructure, service

pytestmark = pytest.mark.slow

IMAGES = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/windlass-local/web"
API = service("rolling", priority=50, path_patterns=["/api/*"])
SHOP = service("codedeploy", priority=60, path_patterns=["/shop/*"])
NEW = "registry.example.com/team/web:2"
NAMES = {"api": "windlass-local-api-rolling", "shop": "windlass-local-shop-codedeploy"}


@pytest.fixture(scope="module")
def base() -> Iterator[Infrastructure]:
    with embedded_aws("strategies") as endpoint_url:
        yield make_infrastructure(endpoint_url, "strategies")


@pytest.fixture(scope="module")
def terraform(base: Infrastructure, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terraform]:
    """Both services, applied."""
    terraform = Terraform(folder=tmp_path_factory.mktemp("strategies"), base=base)
    terraform.write({"api": API, "shop": SHOP})
    initialised = terraform.run("init", "-input=false")
    assert initialised.returncode == 0, initialised.stdout + initialised.stderr
    with terraform.with_provider() as terraform:
        result = terraform.apply()
        assert result.returncode == 0, result.stdout + result.stderr
        yield terraform


def described(base: Infrastructure, name: str) -> dict[str, Any]:
    response = base.client("ecs").describe_services(cluster=base.cluster_arn, services=[NAMES[name]])
    return dict(response["services"][0])


def deploy(base: Infrastructure, name: str, tag: str) -> None:
    """What a deployment does first: it writes the parameter that owns the image."""
    base.client("ssm").put_parameter(Name=f"/windlass/local/{name}/image", Value=f"{IMAGES}:{tag}", Overwrite=True)


def image_of(base: Infrastructure, task_definition: str) -> str:
    response = base.client("ecs").describe_task_definition(taskDefinition=task_definition)
    return str(response["taskDefinition"]["containerDefinitions"][0]["image"])


@contextmanager
def ecs_takes_deployments_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The circuit breaker or an alarm: the service becomes stable with its previous task definition."""
    from moto.ecs.responses import EC2ContainerServiceResponse

    update = EC2ContainerServiceResponse.update_service

    def update_and_go_back(response: Any) -> Any:
        services = response.ecs_backend.services.values()
        before = {service.arn: service.task_definition for service in services}
        answer = update(response)
        service = answer.result["service"]
        service.task_definition = before[service.arn]
        for deployment in service.deployments:
            deployment["taskDefinition"] = before[service.arn]
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(EC2ContainerServiceResponse, "update_service", update_and_go_back)
        yield


def test_a_rolling_service_has_its_safety_net(terraform: Terraform, base: Infrastructure) -> None:
    deployment = described(base, "api")["deploymentConfiguration"]
    assert deployment["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert (deployment["alarms"]["enable"], deployment["alarms"]["rollback"]) == (True, True)
    names = deployment["alarms"]["alarmNames"]
    metric_alarms = base.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    assert len(metric_alarms) == len(names) == 3


def test_a_codedeploy_deployment_group_observes_alarms_and_rolls_back(
    terraform: Terraform, base: Infrastructure
) -> None:
    assert described(base, "shop")["deploymentController"] == {"type": "CODE_DEPLOY"}
    group = base.client("codedeploy").get_deployment_group(
        applicationName="windlass-local-shop", deploymentGroupName="windlass-local-shop"
    )["deploymentGroupInfo"]
    assert {alarm["name"] for alarm in group["alarmConfiguration"]["alarms"]} == {
        f"windlass-local-shop-{side}-{what}" for side in "ab" for what in ("5xx", "latency", "unhealthy")
    }
    assert set(group["autoRollbackConfiguration"]["events"]) == {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"}
    pair = group["loadBalancerInfo"]["targetGroupPairInfoList"][0]
    assert {target["name"] for target in pair["targetGroups"]} == {
        "windlass-local-shop-a",
        "windlass-local-shop-b",
    }
    listeners = base.client("elbv2").describe_listeners(ListenerArns=pair["testTrafficRoute"]["listenerArns"])
    assert [listener["Port"] for listener in listeners["Listeners"]] == [8443]


def test_e07_the_second_plan_is_empty_also_after_codedeploy_and_scaling_have_changed_what_they_own(
    terraform: Terraform, base: Infrastructure
) -> None:
    elb, ecs = base.client("elbv2"), base.client("ecs")
    green = elb.describe_target_groups(Names=["windlass-local-shop-b"])["TargetGroups"][0]["TargetGroupArn"]
    to_green = [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": green, "Weight": 100}]}}]
    rules = elb.describe_rules(ListenerArn=base.listener_arn)["Rules"]
    rule = next(rule["RuleArn"] for rule in rules if rule["Priority"] == "60")
    listeners = elb.describe_listeners(LoadBalancerArn=base.load_balancer_arn)["Listeners"]
    elb.modify_rule(RuleArn=rule, Actions=to_green)
    test = next(listener["ListenerArn"] for listener in listeners if listener["Port"] == 8443)
    elb.modify_listener(ListenerArn=test, DefaultActions=to_green)
    other = ecs.register_task_definition(
        family=NAMES["shop"], containerDefinitions=[{"name": "shop", "image": f"{IMAGES}:9", "memory": 512}]
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(
        cluster=base.cluster_arn,
        service=NAMES["shop"],
        taskDefinition=other,
        desiredCount=5,
        loadBalancers=[{"targetGroupArn": green, "containerName": "shop", "containerPort": 8000}],
    )
    plan = terraform.plan()
    assert plan.returncode == 0, plan.stdout + plan.stderr


def applied(terraform: Terraform, *options: str) -> None:
    result = terraform.apply(*options)
    assert result.returncode == 0, result.stderr


def published(terraform: Terraform) -> dict[str, Any]:
    """The outputs of the service layer."""
    shown = terraform.run("output", "-json")
    assert shown.returncode == 0, shown.stderr
    return {name: one["value"] for name, one in json.loads(shown.stdout).items()}


def open_service(
    terraform: Terraform, base: Infrastructure, name: str, during: Callable[[], object] | None = None
) -> AnyService:
    aws = Aws(session(), endpoint_url=base.endpoint_url)
    return release.open(published(terraform), name, Recorder().session(aws, quick(during), environment="local"))


def test_a07_a_rolling_deployment_migrates_with_the_new_image_then_replaces_the_tasks_and_the_plan_is_empty(
    terraform: Terraform, base: Infrastructure
) -> None:
    seen: list[str] = []

    def migrated() -> None:
        task = end_one_off_task("api", base.cluster_arn)
        seen.extend(
            [
                image_of(base, task),
                image_of(base, described(base, "api")["taskDefinition"]),
            ]
        )

    with tasks_run_until_stopped():
        open_service(terraform, base, "api", migrated).deploy(
            DeployRequest(image=NEW, migration=("python", "-m", "web.migrate")),
            StubTerraform(
                on_register=lambda: applied(terraform, "-target=aws_ecs_task_definition.api_rolling_task_definition"),
                on_apply=lambda: applied(terraform),
            ),
        )
    assert seen == [NEW, f"{IMAGES}:1"]
    assert image_of(base, described(base, "api")["taskDefinition"]) == NEW
    plan = terraform.plan()
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_an_image_waits_for_codedeploy_which_shifts_the_requests_to_it_and_the_plan_is_empty(
    terraform: Terraform, base: Infrastructure
) -> None:
    before = described(base, "shop")
    during: list[str] = []

    def apply() -> None:
        applied(terraform)
        during.append(described(base, "shop")["taskDefinition"])

    open_service(terraform, base, "shop").deploy(DeployRequest(image=NEW), StubTerraform(on_apply=apply))
    after = described(base, "shop")
    assert during == [before["taskDefinition"]], "Terraform registers, and leaves the service to CodeDeploy"
    assert image_of(base, after["taskDefinition"]) == NEW
    assert after["loadBalancers"][0]["targetGroupArn"] != before["loadBalancers"][0]["targetGroupArn"]
    plan = terraform.plan()
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_e01_an_apply_fails_when_ecs_rolled_the_deployment_back_and_the_next_plan_shows_the_change(
    terraform: Terraform, base: Infrastructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(base, "api", "3")
    with ecs_takes_deployments_back(monkeypatch):
        applied = terraform.apply()
    assert applied.returncode == 1, applied.stdout
    said = re.sub(r"[\s│]+", " ", applied.stderr)
    assert "ECS rolled back the deployment of windlass-local-api-rolling" in said
    assert image_of(base, described(base, "api")["taskDefinition"]) == NEW

    plan = terraform.plan()
    assert plan.returncode == 2, plan.stdout + plan.stderr
    changes = [change for change in terraform.plan_json()["resource_changes"] if "deposed" not in change]
    changed = {change["address"]: change["change"]["actions"] for change in changes}
    assert {address: actions for address, actions in changed.items() if actions != ["no-op"]} == {
        "aws_ecs_service.api_rolling_service": ["update"]
    }


def test_a_change_of_strategy_is_explained_from_the_plan(terraform: Terraform) -> None:
    terraform.write({"api": service("blue-green", priority=50, path_patterns=["/api/*"]), "shop": SHOP})
    try:
        assert terraform.plan().returncode == 2
        text = "\n".join(explain(terraform.plan_json()))
    finally:
        terraform.write({"api": API, "shop": SHOP})
    assert "api changes its strategy from rolling to blue-green" in text
    assert "shop" not in text


def test_a_change_to_codedeploy_fails_until_the_rule_is_recreated(terraform: Terraform, base: Infrastructure) -> None:
    listener = {"port": 9443, "allowed_cidrs": ["10.0.0.0/8"]}
    changed = service("codedeploy", priority=50, path_patterns=["/api/*"], test_listener=listener)
    terraform.write({"api": changed, "shop": SHOP})
    plan = terraform.plan()
    assert plan.returncode == 1, plan.stdout
    said = re.sub(r"[\s│]+", " ", plan.stderr)
    assert "forwards to target groups that CodeDeploy does not know" in said
    assert "add a second service and move the requests to it" in said

    applied = terraform.apply("-replace=aws_lb_listener_rule.api_route_rule")
    assert applied.returncode == 0, applied.stderr
    rules = base.client("elbv2").describe_rules(ListenerArn=base.listener_arn)["Rules"]
    action = next(rule["Actions"][0] for rule in rules if rule["Priority"] == "50")
    (group,) = action["ForwardConfig"]["TargetGroups"]
    assert ":targetgroup/windlass-local-api-a/" in group["TargetGroupArn"]


def test_everything_is_destroyed_cleanly(terraform: Terraform, base: Infrastructure) -> None:
    destroyed = terraform.run("destroy", "-auto-approve", "-input=false")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert base.client("codedeploy").list_applications()["applications"] == []
    assert base.client("ecs").list_services(cluster=base.cluster_arn)["serviceArns"] == []
