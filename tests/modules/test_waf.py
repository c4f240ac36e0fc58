"""The firewall of the load balancer."""

from dataclasses import replace
from typing import Any

import pytest

from modules.waf import ExistingFirewall, ExistingFirewallInputs, Firewall, FirewallInputs, ToolHosts
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


AIRFLOW = ToolHosts(host_names=("airflow.example.com", "*.airflow.example.com"), rate_limit_per_five_minutes=30_000)


def hosts_in(statement: Any) -> list[tuple[str, str]]:
    """Every host that a statement compares with, and how."""
    if isinstance(statement, list):
        return [host for each in statement for host in hosts_in(each)]
    if not isinstance(statement, dict):
        return []
    match = statement.get("byte_match_statement")
    if match is not None:
        assert match["field_to_match"] == {"single_header": {"name": "host"}}
        return [(match["positional_constraint"], match["search_string"])]
    return [host for each in statement.values() for host in hosts_in(each)]


def test_a_tool_has_a_limit_of_its_own_and_the_others_theirs() -> None:
    result = rules(tool=AIRFLOW, rate_limit_per_five_minutes=500)
    limits = {name: result[name]["statement"]["rate_based_statement"] for name in ("limit", "tool-limit")}
    assert {name: limit["limit"] for name, limit in limits.items()} == {"limit": 500, "tool-limit": 30_000}
    hosts = [("EXACTLY", "airflow.example.com"), ("ENDS_WITH", ".airflow.example.com")]
    others = limits["limit"]["scope_down_statement"]["and_statement"]["statement"]
    assert [set(each) for each in others] == [{"not_statement"}] * 2
    assert hosts_in(others) == hosts
    assert set(limits["tool-limit"]["scope_down_statement"]) == {"or_statement"}
    assert hosts_in(limits["tool-limit"]) == hosts


@pytest.mark.parametrize(("count_only", "action"), [(False, {"block": {}}), (True, {"count": {}})])
def test_forms_of_a_tool_are_not_taken_for_attacks_and_those_of_others_are(count_only: bool, action: Any) -> None:
    result = rules(tool=AIRFLOW, count_only=count_only)
    group = result["CommonRuleSet"]["statement"]["managed_rule_group_statement"]
    counted = {override["name"] for override in group["rule_action_override"]}
    bodies = {"CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY"}
    assert counted == {"SizeRestrictions_BODY", *bodies}
    rule = result["CommonRuleSetBodies"]
    assert (rule["action"], rule["priority"] > result["CommonRuleSet"]["priority"]) == (action, True)
    labels, *others = rule["statement"]["and_statement"]["statement"]
    matched = {each["label_match_statement"]["key"] for each in labels["or_statement"]["statement"]}
    assert matched == {f"awswaf:managed:aws:core-rule-set:{name.replace('BODY', 'Body')}" for name in bodies}
    assert [set(each) for each in others] == [{"not_statement"}] * 2


def test_one_host_is_not_joined_with_others() -> None:
    """WAF refuses to join a single statement."""
    result = rules(tool=ToolHosts(host_names=("airflow.example.com",)))
    scopes = [
        result[name]["statement"]["rate_based_statement"]["scope_down_statement"] for name in ("limit", "tool-limit")
    ]
    assert [set(scope) for scope in scopes] == [{"not_statement"}, {"byte_match_statement"}]


def test_no_two_rules_have_the_same_priority() -> None:
    priorities = [rule["priority"] for rule in rules(tool=AIRFLOW).values()]
    assert priorities == list(range(7))


def test_a_tool_without_hosts_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one host"):
        ToolHosts(host_names=())


def test_e11_an_existing_web_acl_is_associated_and_nothing_else() -> None:
    acl = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/team/01234567-89ab-cdef-0123-456789abcdef"
    with module_stack() as stack:
        ExistingFirewall(stack, "firewall", ExistingFirewallInputs(web_acl_arn=acl, load_balancer_arn=ARN))
        result = synthesised(stack)
    association = result.only("aws_wafv2_web_acl_association")
    assert (association["web_acl_arn"], association["resource_arn"]) == (acl, ARN)
    assert result.inventory() == {"aws_wafv2_web_acl_association": 1}
