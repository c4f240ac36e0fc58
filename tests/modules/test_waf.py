"""The firewall of the load balancer."""

from dataclasses import replace
from typing import Any

import pytest

from modules.waf import Firewall, FirewallInputs
from tests.support.stack import Synthesised, module_stack, synthesised

ARN = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/acme/1"
INPUTS = FirewallInputs(name="acme", load_balancer_arn=ARN)


def firewall(**changes: Any) -> Synthesised:
    with module_stack() as stack:
        Firewall(stack, "firewall", replace(INPUTS, **changes))
        return synthesised(stack)


def rules(**changes: Any) -> dict[str, dict[str, Any]]:
    return {rule["name"]: rule for rule in firewall(**changes).only("aws_wafv2_web_acl")["rule"]}


def test_it_is_associated_with_the_load_balancer() -> None:
    assert firewall().only("aws_wafv2_web_acl_association")["resource_arn"] == ARN


def test_the_rate_limit_is_evaluated_first() -> None:
    limit = rules(rate_limit_per_five_minutes=500)["limit"]
    assert (limit["priority"], limit["action"]) == (0, {"block": {}})
    assert limit["statement"]["rate_based_statement"]["limit"] == 500


def test_known_attacks_are_refused_and_long_bodies_are_not() -> None:
    result = rules()
    assert [result[name]["override_action"] for name in ("KnownBadInputsRuleSet", "CommonRuleSet")] == [
        {"none": {}}
    ] * 2
    group = result["CommonRuleSet"]["statement"]["managed_rule_group_statement"]
    assert group["rule_action_override"] == [{"name": "SizeRestrictions_BODY", "action_to_use": {"count": {}}}]


def test_who_comes_from_a_hosting_provider_is_counted_and_let_in() -> None:
    assert rules()["AnonymousIpList"]["override_action"] == {"count": {}}


def test_managed_rules_can_count_only() -> None:
    result = rules(count_only=True)
    assert result["CommonRuleSet"]["override_action"] == {"count": {}}
    assert result["limit"]["action"] == {"block": {}}


def test_the_record_of_what_was_refused_holds_no_sessions() -> None:
    logging = firewall().only("aws_wafv2_web_acl_logging_configuration")
    redacted = {field["single_header"]["name"] for field in logging["redacted_fields"]}
    assert redacted == {"authorization", "cookie"}
    assert firewall().only("aws_cloudwatch_log_group")["name"] == "aws-waf-logs-acme"


def test_a_limit_that_waf_does_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match="10 to 2,000,000,000"):
        replace(INPUTS, rate_limit_per_five_minutes=1)
