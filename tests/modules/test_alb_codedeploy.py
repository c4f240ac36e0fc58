"""The route of a service that CodeDeploy deploys: Terraform makes it, and leaves two actions to CodeDeploy."""

import re
from dataclasses import replace

import pytest

from modules.alb import (
    CodeDeployRoute,
    CodeDeployRouteInputs,
    CodeDeployRouteOutputs,
    RuleInputs,
    TargetGroupSettings,
    TargetHealthCheck,
    Tls,
)
from tests.support.stack import Synthesised, module_stack, synthesised

INPUTS = CodeDeployRouteInputs(
    name="acme-prod-shop",
    rule=RuleInputs(listener_arn="arn:https", priority=150, path_patterns=["/shop/*"]),
    targets=TargetGroupSettings(vpc_id="vpc-1", health_check=TargetHealthCheck(path="/health")),
    load_balancer_arn="arn:balancer",
    test_port=8443,
    test_tls=Tls(certificate_arn="arn:certificate"),
)


def created(inputs: CodeDeployRouteInputs = INPUTS) -> tuple[Synthesised, CodeDeployRouteOutputs]:
    with module_stack() as stack:
        outputs = CodeDeployRoute(stack, "route", inputs).outputs
        return synthesised(stack), outputs


def test_a_new_service_begins_in_the_first_target_group_on_both_ways_in() -> None:
    result, _ = created()
    first = next(name for name, body in result.resources("aws_lb_target_group").items() if body["name"].endswith("-a"))
    expected = [{"arn": f"${{aws_lb_target_group.{first}.arn}}", "weight": 1}]
    rule, listener = result.only("aws_lb_listener_rule"), result.only("aws_lb_listener")
    assert rule["action"][0]["forward"]["target_group"] == expected
    assert listener["default_action"][0]["forward"]["target_group"] == expected


def test_e07_terraform_ignores_only_these_two_actions() -> None:
    result, _ = created()
    assert result.only("aws_lb_listener_rule")["lifecycle"]["ignore_changes"] == ["action"]
    assert result.only("aws_lb_listener")["lifecycle"]["ignore_changes"] == ["default_action"]


def test_the_test_listener_has_its_own_port_and_the_certificate_of_the_other() -> None:
    listener = created()[0].only("aws_lb_listener")
    assert (listener["port"], listener["protocol"]) == (8443, "HTTPS")
    assert listener["certificate_arn"] == "arn:certificate"
    assert listener["ssl_policy"].startswith("ELBSecurityPolicy-TLS13-")


def test_without_a_certificate_it_speaks_http() -> None:
    listener = created(replace(INPUTS, test_tls=None))[0].only("aws_lb_listener")
    assert listener["protocol"] == "HTTP"
    assert "certificate_arn" not in listener


def test_the_rule_is_refused_while_it_forwards_to_other_target_groups() -> None:
    (postcondition,) = created()[0].only("aws_lb_listener_rule")["lifecycle"]["postcondition"]
    (pattern,) = re.findall(r'regexall\("(.*?)"', postcondition["condition"])
    assert re.search(pattern, "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/acme-prod-shop-b/1")
    assert not re.search(pattern, "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/acme-prod-shop-blue/1")
    assert "add a second service" in postcondition["error_message"]


def test_outputs_name_the_target_groups_for_codedeploy() -> None:
    _, outputs = created()
    assert set(outputs.target_groups) == set(outputs.target_group_names) == {"a", "b"}
    assert outputs.listener_rule_address.startswith("aws_lb_listener_rule.")


@pytest.mark.parametrize(("port", "words"), [(0, "allowed are 1 to 65535"), (443, "production traffic")])
def test_a_port_that_cannot_be_is_refused(port: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(INPUTS, test_port=port)


def test_a_name_that_leaves_no_room_for_the_side_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 30"):
        created(replace(INPUTS, name="n" * 31))
