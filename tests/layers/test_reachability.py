"""The security group rules in the JSON are exactly those of the table of who may reach whom (N03, N04)."""

import re

import pytest

from config import load
from layers.reachability import flows, roles
from tests.support.documents import ENVIRONMENTS, ROOT, documents

SIDES = {"ingress": "target", "egress": "source"}


def named(group: str) -> str:
    match = re.search(r"networking_group-([\w-]+)", group)
    assert match
    return match[1]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_rule_comes_from_the_table_and_every_row_has_its_rules(name: str) -> None:
    environment = load(name, ROOT)
    resources = documents(name)["network"]["resource"]
    for direction, side in SIDES.items():
        wanted = {
            (getattr(flow, side).name, flow.port, flow.why)
            for flow in flows(environment)
            if getattr(flow, side).name in roles(environment)
        }
        actual = {
            (named(rule["security_group_id"]), rule["from_port"], rule["description"])
            for rule in resources[f"aws_vpc_security_group_{direction}_rule"].values()
        }
        assert actual == wanted


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_database_and_cache_open_no_connections(name: str) -> None:
    rules = documents(name)["network"]["resource"]["aws_vpc_security_group_egress_rule"].values()
    assert {named(rule["security_group_id"]) for rule in rules} & {"database", "cache"} == set()


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_only_the_load_balancer_is_reached_from_outside_and_by_those_allowed(name: str) -> None:
    allowed = set(load(name, ROOT).load_balancer.allowed_cidrs)
    rules = documents(name)["network"]["resource"]["aws_vpc_security_group_ingress_rule"].values()
    from_outside = [rule for rule in rules if "cidr_ipv4" in rule]
    assert {rule["cidr_ipv4"] for rule in from_outside} == allowed
    assert {named(rule["security_group_id"]) for rule in from_outside} == {"load-balancer"}


def test_with_endpoints_only_no_task_can_open_a_connection_to_the_internet() -> None:
    rules = documents("staging")["network"]["resource"]["aws_vpc_security_group_egress_rule"].values()
    assert [rule for rule in rules if rule.get("cidr_ipv4") == "0.0.0.0/0"] == []
