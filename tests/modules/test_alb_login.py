"""A route with a login: the client's secret is a reference, in everything that Terraform sees."""

import dataclasses
import json
from typing import Any

import pytest

from modules.alb import LoginRoute, LoginRouteInputs, OidcLogin, RuleInputs, TargetGroupSettings, TargetHealthCheck
from tests.support.stack import module_stack, synthesised

SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:acme/oidc-AbCdEf"
LOGIN = OidcLogin(
    issuer="https://login.example.com",
    authorization_endpoint="https://login.example.com/authorize",
    token_endpoint="https://login.example.com/token",
    user_info_endpoint="https://login.example.com/me",
    client_id="airflow",
    client_secret_arn=SECRET,
)
ROUTE = LoginRouteInputs(
    name="acme-airflow",
    rule=RuleInputs(listener_arn="arn:listener", priority=10, host_headers=["airflow.example.com"]),
    targets=TargetGroupSettings(vpc_id="vpc-1", health_check=TargetHealthCheck(path="/health")),
    login=LOGIN,
)


def rule(inputs: LoginRouteInputs = ROUTE) -> dict[str, Any]:
    with module_stack() as stack:
        LoginRoute(stack, "route", inputs)
        template = json.loads(synthesised(stack).only("aws_cloudformation_stack")["template_body"])
    return dict(template["Resources"]["Rule"]["Properties"])


def test_a_login_comes_before_the_request_is_forwarded() -> None:
    login, forward = rule()["Actions"]
    assert (login["Type"], login["Order"]) == ("authenticate-oidc", 1)
    assert login["AuthenticateOidcConfig"]["OnUnauthenticatedRequest"] == "authenticate"
    assert (forward["Type"], forward["Order"]) == ("forward", 2)
    assert [target["Weight"] for target in forward["ForwardConfig"]["TargetGroups"]] == [1]


def test_d03_terraform_sees_a_reference_to_the_secret_only() -> None:
    config = rule()["Actions"][0]["AuthenticateOidcConfig"]
    assert config["ClientSecret"] == f"{{{{resolve:secretsmanager:{SECRET}:SecretString}}}}"


def test_a_new_secret_reaches_the_rule_when_its_version_is_raised() -> None:
    raised = dataclasses.replace(ROUTE, login=dataclasses.replace(LOGIN, client_secret_version=2))
    assert rule(raised) != rule()


def test_the_rule_has_the_given_conditions() -> None:
    assert rule()["Conditions"] == [{"Field": "host-header", "HostHeaderConfig": {"Values": ["airflow.example.com"]}}]
    assert (rule()["ListenerArn"], rule()["Priority"]) == ("arn:listener", 10)


def test_blocks_of_addresses_are_a_condition_too() -> None:
    from_offices = dataclasses.replace(ROUTE, rule=dataclasses.replace(ROUTE.rule, source_cidrs=["203.0.113.0/24"]))
    assert rule(from_offices)["Conditions"][1] == {
        "Field": "source-ip",
        "SourceIpConfig": {"Values": ["203.0.113.0/24"]},
    }


def test_what_brings_a_token_of_its_own_may_pass_without_a_login() -> None:
    open_rule = RuleInputs(listener_arn="arn:listener", priority=9, path_patterns=["/api/v2/*"])
    with module_stack() as stack:
        LoginRoute(stack, "route", dataclasses.replace(ROUTE, open_rule=open_rule))
        body = synthesised(stack).only("aws_lb_listener_rule")
    assert (body["priority"], body["action"][0]["type"]) == (9, "forward")
    with pytest.raises(ValueError, match="or the login comes first"):
        dataclasses.replace(ROUTE, open_rule=dataclasses.replace(open_rule, priority=10))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"issuer": "login.example.com"}, "issuer is"),
        ({"token_endpoint": "http://login.example.com/token"}, "begins with https"),
        ({"session_timeout_seconds": 0}, "allowed are 1 to 604800"),
    ],
)
def test_what_the_load_balancer_would_refuse_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        dataclasses.replace(LOGIN, **change)
