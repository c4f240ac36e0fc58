"""A network that is there already."""

import dataclasses
from typing import Any

import pytest

from modules.networking import ExistingNetwork, ExistingNetworkInputs, Flow, Role, S3Endpoint
from tests.support.stack import module_stack, synthesised

SUBNETS = {
    tier: {"eu-west-1a": f"subnet-{tier}-a", "eu-west-1b": f"subnet-{tier}-b"}
    for tier in ("public", "private", "isolated")
}
NETWORK = ExistingNetworkInputs(
    name="acme-prod",
    region="eu-west-1",
    vpc_id="vpc-1",
    subnet_ids=SUBNETS,
    namespace="acme-prod.internal",
    roles={"web": "Tasks", "database": "PostgreSQL"},
    flows=(Flow(Role("web"), Role("database"), 5432, "PostgreSQL"), Flow(Role("web"), S3Endpoint(), 443, "Images")),
)


def test_only_groups_rules_and_a_namespace_are_created() -> None:
    with module_stack() as stack:
        outputs = ExistingNetwork(stack, "network", NETWORK).outputs
        result = synthesised(stack)
    assert result.inventory() == {
        "aws_security_group": 2,
        "aws_service_discovery_private_dns_namespace": 1,
        "aws_vpc_security_group_egress_rule": 2,
        "aws_vpc_security_group_ingress_rule": 1,
        "data.aws_ec2_managed_prefix_list": 1,
        "data.aws_vpc": 1,
    }
    assert outputs.private_subnet_ids == SUBNETS["private"]


def test_s3_is_reached_by_the_prefix_list_of_the_region() -> None:
    with module_stack() as stack:
        ExistingNetwork(stack, "network", NETWORK)
        result = synthesised(stack)
    (prefix_list,) = result.document["data"]["aws_ec2_managed_prefix_list"].values()
    assert prefix_list["name"] == "com.amazonaws.eu-west-1.s3"
    rules = result.resources("aws_vpc_security_group_egress_rule").values()
    assert len([rule for rule in rules if "prefix_list_id" in rule]) == 1


@pytest.mark.parametrize(
    "subnets",
    [
        {"public": SUBNETS["public"], "private": SUBNETS["private"]},
        {**SUBNETS, "isolated": {"eu-west-1a": "subnet-1"}},
        {tier: {"eu-west-1a": "subnet-1"} for tier in SUBNETS},
    ],
)
def test_a_network_without_a_place_for_something_is_refused(subnets: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="subnet_ids"):
        dataclasses.replace(NETWORK, subnet_ids=subnets)
