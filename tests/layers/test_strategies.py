"""Services of several strategies side by side: their resources, and who reaches them."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import guards
from layers.guard_intent import intent_of
from release.outputs import BlueGreenOutputs, CodeDeployOutputs, RollingOutputs, parse_web_service
from tests.layers.test_terraform_validate import validate
from tests.support.documents import Documents, addresses, changed_environment, documents, documents_of

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/windlass-prod/api:1.0.0"
OFFICES = ["203.0.113.0/24", "198.51.100.0/24"]
OWN: dict[str, dict[str, Any]] = {
    "blue-green": {"blue": {"image": IMAGE}, "green": {"image": IMAGE}},
    "rolling": {"image": IMAGE},
    "codedeploy": {"image": IMAGE, "test_listener": {"port": 8443, "allowed_cidrs": OFFICES}},
}


def add(name: str, strategy: str, priority: int) -> Any:
    def change(data: dict[str, Any]) -> None:
        common = {key: data["services"]["web"][key] for key in ("host_names", "cpu", "memory_mib", "uses_cache")}
        own = {"strategy": strategy, "priority": priority, "path_patterns": [f"/{name}/*"], **OWN[strategy]}
        # In front of the others, so that anything that depends on the order shows.
        data["services"] = {name: {**common, **own}, **data["services"]}

    return change


def both(data: dict[str, Any]) -> None:
    add("api", "rolling", 70)(data)
    add("shop", "codedeploy", 60)(data)


@cache
def with_both() -> Documents:
    return documents_of("prod", both)


def added(all_documents: Documents, service: str) -> dict[str, int]:
    """How many of each type in the service layer belong to a service."""
    all_addresses = addresses(all_documents)
    names = [address.removeprefix("service: ") for address in all_addresses if address.startswith("service: ")]
    return dict(Counter(name.split(".")[0] for name in names if name.split(".")[1].startswith(f"{service}_")))


def body(all_documents: Documents, address: str) -> dict[str, Any]:
    return dict(addresses(all_documents)[f"service: {address}"])


EVERY_SERVICE = {"aws_lb_listener_rule": 1, "aws_cloudwatch_dashboard": 1}


def test_a_rolling_service_is_one_ecs_service_with_one_target_group() -> None:
    assert added(with_both(), "api") == {
        **EVERY_SERVICE,
        "aws_appautoscaling_policy": 2,
        "aws_appautoscaling_target": 1,
        "aws_cloudwatch_log_group": 1,
        "aws_cloudwatch_metric_alarm": 3,
        "aws_ecs_service": 1,
        "aws_ecs_task_definition": 1,
        "aws_iam_role": 2,
        "aws_iam_role_policy": 1,
        "aws_lb_target_group": 1,
        "aws_ssm_parameter": 1,
    }


def test_a_codedeploy_service_is_one_ecs_service_with_two_target_groups_and_a_test_listener() -> None:
    assert added(with_both(), "shop") == {
        **EVERY_SERVICE,
        "aws_appautoscaling_policy": 2,
        "aws_appautoscaling_target": 1,
        "aws_cloudwatch_log_group": 1,
        "aws_cloudwatch_metric_alarm": 6,
        "aws_codedeploy_app": 1,
        "aws_codedeploy_deployment_group": 1,
        "aws_ecs_service": 1,
        "aws_ecs_task_definition": 1,
        "aws_iam_role": 3,
        "aws_iam_role_policy": 2,
        "aws_lb_listener": 1,
        "aws_lb_listener_certificate": 1,
        "aws_lb_target_group": 2,
        "aws_ssm_parameter": 1,
    }


def test_services_of_other_strategies_break_no_guard() -> None:
    verdict = guards.check("prod", with_both(), intent_of(changed_environment("prod", both)))
    assert (verdict.warnings, verdict.waived) == ((), ())


@pytest.mark.parametrize("strategy", list(OWN))
def test_adding_a_service_of_any_strategy_moves_and_changes_nothing_else(strategy: str) -> None:
    before, after = addresses(documents("prod")), addresses(documents_of("prod", add("api", strategy, 50)))
    assert {address for address, body_before in before.items() if after.get(address) != body_before} == set()


def test_an_image_is_owned_by_the_parameter_and_read_by_the_task_definition() -> None:
    document = with_both()["service"]
    for service, kind in (("api", "rolling"), ("shop", "codedeploy")):
        parameter = body(with_both(), f"aws_ssm_parameter.{service}_image_parameter")
        assert parameter["name"] == f"/windlass/prod/{service}/image"
        assert "insecure_value" in parameter["lifecycle"]["ignore_changes"]
        assert document["locals"][f"{service}_image"] == (
            f"${{aws_ssm_parameter.{service}_image_parameter.insecure_value}}"
        )
        task = body(with_both(), f"aws_ecs_task_definition.{service}_{kind}_task_definition")
        assert json.loads(task["container_definitions"])[0]["image"] == f"${{local.{service}_image}}"


def test_e01_a_rolling_service_rolls_back_automatically_and_fails_the_apply() -> None:
    service = body(with_both(), "aws_ecs_service.api_rolling_service")
    assert service["deployment_circuit_breaker"] == {"enable": True, "rollback": True}
    assert (service["alarms"]["enable"], service["alarms"]["rollback"]) == (True, True)
    assert service["wait_for_steady_state"] is True
    (postcondition,) = service["lifecycle"]["postcondition"]
    wanted = "aws_ecs_task_definition.api_rolling_task_definition.arn"
    assert postcondition["condition"] == f"${{self.task_definition == {wanted}}}"


def test_the_first_deployment_finds_its_rule_and_its_alarms_and_none_of_them_waits_for_it() -> None:
    service = body(with_both(), "aws_ecs_service.api_rolling_service")
    waits_for = [address for address in service["depends_on"] if not address.startswith("aws_iam_role_policy")]
    alarms = {f"windlass-prod-api-{what}" for what in ("5xx", "latency", "unhealthy")}
    assert set(service["alarms"]["alarm_names"]) == alarms
    assert {body(with_both(), address)["alarm_name"] for address in waits_for if "alarm" in address} == alarms
    assert "aws_lb_listener_rule.api_route_rule" in waits_for
    assert not [address for address in waits_for if "aws_ecs_service" in json.dumps(body(with_both(), address))]


def test_e07_what_codedeploy_turns_is_ignored_and_nothing_more() -> None:
    ignored = {
        address.removeprefix("service: "): resource["lifecycle"]["ignore_changes"]
        for address, resource in addresses(with_both()).items()
        if address.split(".")[-1].startswith("shop_") and "ignore_changes" in resource.get("lifecycle", {})
    }
    assert ignored == {
        "aws_ecs_service.shop_codedeploy_service": ["desired_count", "task_definition", "load_balancer"],
        "aws_lb_listener_rule.shop_route_rule": ["action"],
        "aws_lb_listener.shop_route_test": ["default_action"],
        "aws_ssm_parameter.shop_image_parameter": ["insecure_value", "description"],
    }


def test_a_codedeploy_service_sets_nothing_that_ecs_rejects() -> None:
    service = body(with_both(), "aws_ecs_service.shop_codedeploy_service")
    assert service["deployment_controller"] == {"type": "CODE_DEPLOY"}
    assert {"force_new_deployment", "deployment_circuit_breaker", "alarms"} & set(service) == set()


def test_n03_the_test_listener_is_reachable_only_from_its_own_blocks() -> None:
    rules = with_both()["network"]["resource"]["aws_vpc_security_group_ingress_rule"].values()
    assert sorted(rule["cidr_ipv4"] for rule in rules if rule["from_port"] == 8443) == sorted(OFFICES)
    listener = body(with_both(), "aws_lb_listener.shop_route_test")
    assert (listener["port"], listener["protocol"]) == (8443, "HTTPS")
    assert listener["certificate_arn"]
    listed = with_both()["service"]["resource"]["aws_lb_listener_certificate"]
    assert {name for name in listed if name.startswith("shop_")} == {"shop_route_certificate-name-app-example-com"}


def test_each_service_publishes_what_a_release_of_its_strategy_needs() -> None:
    services = with_both()["service"]["output"]["services"]["value"]
    parsed = {name: parse_web_service(value) for name, value in services.items()}
    assert {name: value.strategy for name, value in parsed.items()} == {
        "api": "rolling",
        "shop": "codedeploy",
        "web": "blue-green",
    }
    api, shop, web = parsed["api"], parsed["shop"], parsed["web"]
    assert isinstance(api, RollingOutputs)
    assert isinstance(shop, CodeDeployOutputs)
    assert isinstance(web, BlueGreenOutputs)
    assert api.target_group_arn == "${aws_lb_target_group.api_route_targets.arn}"
    assert shop.test_listener_arn == "${aws_lb_listener.shop_route_test.arn}"
    assert web.blue.service_name == "${aws_ecs_service.web_blue_service.name}"
    assert web.green.image_parameter == "/windlass/prod/web/green/image"


@pytest.mark.slow
def test_terraform_accepts_both_strategies_without_a_warning(tmp_path: Path) -> None:
    assert validate(tmp_path / "service", with_both()["service"]) == []
