"""E11: an existing VPC gets the deployment's security groups and rules; its own resources are not changed."""

import json
from functools import cache
from pathlib import Path

import pytest
from pydantic_core import to_jsonable_python

import guards
from config import Environment, load
from layers.guard_intent import intent_of
from layers.reachability import flows, roles
from layers.synthesis import terraform_json
from tests.layers.test_terraform_validate import validate
from tests.support.documents import ROOT, Documents

ZONES = {
    "eu-west-1a": {"public": "subnet-1111111a", "private": "subnet-2222222a", "isolated": "subnet-3333333a"},
    "eu-west-1c": {"public": "subnet-1111111c", "private": "subnet-2222222c", "isolated": "subnet-3333333c"},
}


@cache
def environment() -> Environment:
    data = to_jsonable_python(load("prod", ROOT))
    data["network"] = {"egress": "nat-gateway-per-zone", "existing": {"vpc_id": "vpc-11111111", "zones": ZONES}}
    return Environment.model_validate_json(json.dumps(data))


@cache
def documents() -> Documents:
    return terraform_json(environment())


def test_nothing_of_the_vpc_itself_is_created() -> None:
    types = set(documents()["network"]["resource"])
    assert (
        types
        & {
            *("aws_vpc", "aws_subnet", "aws_route", "aws_route_table", "aws_internet_gateway", "aws_nat_gateway"),
            *("aws_vpc_endpoint", "aws_flow_log", "aws_default_security_group", "aws_eip"),
        }
        == set()
    )


def test_n03_the_rules_are_those_of_the_table() -> None:
    resources = documents()["network"]["resource"]
    assert len(resources["aws_security_group"]) == len(roles(environment()))
    assert {body["vpc_id"] for body in resources["aws_security_group"].values()} == {"vpc-11111111"}
    rules = {
        rule["description"]
        for direction in ("ingress", "egress")
        for rule in resources[f"aws_vpc_security_group_{direction}_rule"].values()
    }
    assert rules == {flow.why for flow in flows(environment())}


def test_the_other_layers_find_the_subnets_by_zone() -> None:
    outputs = documents()["network"]["output"]
    assert outputs["isolated_subnet_ids"]["value"] == {zone: ids["isolated"] for zone, ids in ZONES.items()}
    assert outputs["vpc_id"]["value"] == "vpc-11111111"
    group = documents()["data"]["resource"]["aws_db_subnet_group"]["database_subnets"]
    assert len(group["subnet_ids"]) == 2


def test_an_existing_vpc_breaks_no_guard() -> None:
    verdict = guards.check("prod", documents(), intent_of(environment()))
    assert (verdict.warnings, verdict.waived) == ((), ())


@pytest.mark.slow
def test_terraform_accepts_it_without_a_warning(tmp_path: Path) -> None:
    assert validate(tmp_path / "network", documents()["network"]) == []
