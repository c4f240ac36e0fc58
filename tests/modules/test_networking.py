"""The network: subnets, egress, and that adding a zone or a flow changes nothing else."""

import json
from typing import Any

import pytest

from aws.account import Account
from modules.networking import FlowLogs, InterfaceEndpoints, Networking, NetworkingInputs, ZoneSubnets
from tests.support.stack import Synthesised, module_stack, synthesised


def zone(number: int) -> ZoneSubnets:
    return ZoneSubnets(
        public=f"10.0.{number}.0/24", private=f"10.0.{16 * number + 16}.0/20", isolated=f"10.0.{number + 8}.0/24"
    )


TWO_ZONES = {"eu-west-1a": zone(0), "eu-west-1b": zone(1)}


def network(**changes: Any) -> Synthesised:
    inputs: dict[str, Any] = {
        "name": "acme",
        "account": Account(region="eu-west-1", id="111122223333"),
        "cidr": "10.0.0.0/16",
        "zones": TWO_ZONES,
        "egress": "nat-gateway-per-zone",
        "namespace": "acme.internal",
        "roles": {"web": "Tasks of the web service", "endpoints": "Interface endpoints"},
    }
    with module_stack() as stack:
        Networking(stack, "networking", NetworkingInputs(**(inputs | changes)))
    return synthesised(stack)


def bodies(result: Synthesised) -> dict[str, Any]:
    return {
        f"{resource_type}.{name}": body
        for resource_type, resources in result.document["resource"].items()
        for name, body in resources.items()
    }


def default_routes(result: Synthesised) -> dict[str, str]:
    """Which route table sends `0.0.0.0/0` where."""
    tables = {f"${{aws_route_table.{name}.id}}": body["tags"]["Name"] for name, body in tables_of(result).items()}
    targets = {
        f"${{{kind}.{name}.id}}": body["tags"]["Name"]
        for kind in ("aws_internet_gateway", "aws_nat_gateway")
        for name, body in result.resources(kind).items()
    }
    return {
        tables[route["route_table_id"]]: targets[route.get("gateway_id") or route["nat_gateway_id"]]
        for route in result.resources("aws_route").values()
    }


def tables_of(result: Synthesised) -> dict[str, Any]:
    return result.resources("aws_route_table")


def tables_by_subnet(result: Synthesised) -> dict[str, str]:
    subnets = {
        f"${{aws_subnet.{name}.id}}": body["tags"]["Name"] for name, body in result.resources("aws_subnet").items()
    }
    tables = {f"${{aws_route_table.{name}.id}}": body["tags"]["Name"] for name, body in tables_of(result).items()}
    return {
        subnets[link["subnet_id"]]: tables[link["route_table_id"]]
        for link in result.resources("aws_route_table_association").values()
    }


def test_each_zone_has_a_public_a_private_and_an_isolated_subnet_in_that_zone():
    subnets = network().resources("aws_subnet").values()
    assert {(subnet["availability_zone"], subnet["cidr_block"]) for subnet in subnets} == {
        (name, cidr) for name, s in TWO_ZONES.items() for cidr in (s.public, s.private, s.isolated)
    }


def test_zones_come_from_no_data_source():
    assert "data" not in network().document


def test_no_subnet_assigns_public_addresses():
    assert {s["map_public_ip_on_launch"] for s in network().resources("aws_subnet").values()} == {False}


def test_every_subnet_has_the_route_table_of_its_tier():
    assert tables_by_subnet(network()) == {
        "acme-public-eu-west-1a": "acme-public",
        "acme-public-eu-west-1b": "acme-public",
        "acme-private-eu-west-1a": "acme-private-eu-west-1a",
        "acme-private-eu-west-1b": "acme-private-eu-west-1b",
        "acme-isolated-eu-west-1a": "acme-isolated",
        "acme-isolated-eu-west-1b": "acme-isolated",
    }


def test_a_nat_gateway_in_every_zone_serves_its_own_zone():
    assert default_routes(network(egress="nat-gateway-per-zone")) == {
        "acme-public": "acme",
        "acme-private-eu-west-1a": "acme-nat-eu-west-1a",
        "acme-private-eu-west-1b": "acme-nat-eu-west-1b",
    }


def test_one_nat_gateway_in_the_named_zone_serves_all_zones():
    result = network(egress="single-nat-gateway", nat_gateway_zone="eu-west-1b")
    assert default_routes(result) == {
        "acme-public": "acme",
        "acme-private-eu-west-1a": "acme-nat-eu-west-1b",
        "acme-private-eu-west-1b": "acme-nat-eu-west-1b",
    }
    (public,) = (n for n in result.resources("aws_subnet") if n.startswith("networking_public-eu-west-1b"))
    assert result.only("aws_nat_gateway")["subnet_id"] == f"${{aws_subnet.{public}.id}}"


@pytest.mark.parametrize("egress", ["endpoints", "public-ip"])
def test_without_nat_only_public_subnets_have_a_route_to_the_internet(egress: str):
    result = network(egress=egress)
    assert default_routes(result) == {"acme-public": "acme"}
    assert not result.resources("aws_eip")


@pytest.mark.parametrize("egress", ["nat-gateway-per-zone", "single-nat-gateway", "endpoints", "public-ip"])
def test_nothing_ever_leads_out_of_the_isolated_subnets(egress: str):
    result = network(egress=egress, nat_gateway_zone="eu-west-1a")
    (isolated,) = (n for n, body in tables_of(result).items() if body["tags"]["Name"] == "acme-isolated")
    users = [
        address
        for address, body in bodies(result).items()
        if f"aws_route_table.{isolated}.id" in json.dumps(body) and "association.networking_isolated-" not in address
    ]
    assert users == []


def test_egress_by_endpoints_brings_what_a_fargate_task_cannot_start_without():
    endpoints = network(egress="endpoints").resources("aws_vpc_endpoint").values()
    interface = {e["service_name"] for e in endpoints if e["vpc_endpoint_type"] == "Interface"}
    assert interface == {
        f"com.amazonaws.eu-west-1.{service}"
        for service in ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages")
    }


def test_interface_endpoints_lie_in_the_private_subnets_behind_the_group_of_their_role():
    result = network(interface_endpoints=InterfaceEndpoints(services=("sqs",)))
    (endpoint,) = (e for e in result.resources("aws_vpc_endpoint").values() if e["vpc_endpoint_type"] == "Interface")
    assert [subnet.rpartition("_")[0] for subnet in endpoint["subnet_ids"]] == [
        "${aws_subnet.networking_private-eu-west-1a",
        "${aws_subnet.networking_private-eu-west-1b",
    ]
    assert [group.rpartition("_")[0] for group in endpoint["security_group_ids"]] == [
        "${aws_security_group.networking_group-endpoints"
    ]
    assert endpoint["private_dns_enabled"] is True


def test_s3_is_reached_by_a_gateway_from_public_and_private_subnets_in_every_kind_of_egress():
    result = network(egress="public-ip")
    assert result.only("aws_vpc_endpoint")["vpc_endpoint_type"] == "Gateway"
    links = result.resources("aws_vpc_endpoint_route_table_association").values()
    assert {link["route_table_id"].rpartition("_")[0] for link in links} == {
        "${aws_route_table.networking_public-routes",
        "${aws_route_table.networking_private-eu-west-1a-routes",
        "${aws_route_table.networking_private-eu-west-1b-routes",
    }


def test_names_inside_the_vpc_are_answered():
    vpc = network().only("aws_vpc")
    assert (vpc["enable_dns_support"], vpc["enable_dns_hostnames"]) == (True, True)
    assert network().only("aws_service_discovery_private_dns_namespace")["name"] == "acme.internal"


def test_the_default_security_group_has_no_rules_and_a_manual_rule_would_show():
    group = network().only("aws_default_security_group")
    assert (group["ingress"], group["egress"]) == ([], [])


def test_flow_logs_are_on_and_kept_for_a_year():
    result = network()
    assert result.only("aws_flow_log")["traffic_type"] == "ALL"
    group = result.only("aws_cloudwatch_log_group")
    assert (group["name"], group["retention_in_days"]) == ("/aws/vpc/acme/flow-logs", 365)


def test_the_role_of_the_flow_logs_writes_to_their_group_only_and_for_this_account_only():
    result = network()
    (group,) = result.resources("aws_cloudwatch_log_group")
    write, find = json.loads(result.only("aws_iam_role_policy")["policy"])["Statement"]
    arn = f"${{aws_cloudwatch_log_group.{group}.arn}}"
    assert write["Resource"] == [arn, f"{arn}:*"]
    assert (find["Action"], find["Resource"]) == (["logs:DescribeLogGroups"], ["*"])
    (trust,) = json.loads(result.only("aws_iam_role")["assume_role_policy"])["Statement"]
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:ec2:eu-west-1:111122223333:vpc-flow-log/*"},
    }


def test_flow_logs_can_be_shorter_encrypted_or_left_out():
    key = "arn:aws:kms:eu-west-1:111122223333:key/1"
    group = network(flow_logs=FlowLogs(retention_days=7, kms_key_arn=key)).only("aws_cloudwatch_log_group")
    assert (group["retention_in_days"], group["kms_key_id"]) == (7, key)
    assert not {"aws_flow_log", "aws_iam_role", "aws_cloudwatch_log_group"} & set(network(flow_logs=None).inventory())


@pytest.mark.parametrize("egress", ["nat-gateway-per-zone", "single-nat-gateway", "public-ip"])
def test_another_zone_moves_no_address_and_changes_no_existing_resource(egress: str):
    before = bodies(network(egress=egress, nat_gateway_zone="eu-west-1b", zones=TWO_ZONES))
    # Named before the others in the alphabet and given last, so that neither order would go unseen.
    three = {**TWO_ZONES, "eu-west-0z": zone(2)}
    after = bodies(network(egress=egress, nat_gateway_zone="eu-west-1b", zones=three))
    assert {address: after.get(address) for address in before} == before
    assert len(after) > len(before)


def test_another_zone_only_adds_a_subnet_to_interface_endpoints():
    before = bodies(network(egress="endpoints"))
    after = bodies(network(egress="endpoints", zones={**TWO_ZONES, "eu-west-1c": zone(2)}))
    changed = {address for address in before if after[address] != before[address]}
    assert changed == {
        address
        for address, body in before.items()
        if address.startswith("aws_vpc_endpoint.") and body["vpc_endpoint_type"] == "Interface"
    }
    for address in changed:
        assert before[address]["subnet_ids"] == after[address]["subnet_ids"][:2]


def test_the_outputs_are_keyed_by_what_the_user_named():
    with module_stack() as stack:
        outputs = Networking(
            stack,
            "networking",
            NetworkingInputs(
                name="acme",
                account=Account(region="eu-west-1", id="111122223333"),
                cidr="10.0.0.0/16",
                zones=TWO_ZONES,
                egress="single-nat-gateway",
                nat_gateway_zone="eu-west-1b",
                namespace="acme.internal",
                roles={"web": "Tasks"},
            ),
        ).outputs
    for by_zone in (outputs.public_subnet_ids, outputs.private_subnet_ids, outputs.isolated_subnet_ids):
        assert list(by_zone) == ["eu-west-1a", "eu-west-1b"]
    assert list(outputs.nat_public_ips) == ["eu-west-1b"]
    assert list(outputs.security_group_ids) == ["web"]
    assert (outputs.vpc_cidr, outputs.namespace_name) == ("10.0.0.0/16", "acme.internal")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"zones": {"eu-west-1a": zone(0)}}, "need two or more"),
        ({"egress": "nat"}, "egress is 'nat': one of nat-gateway-per-zone, single-nat-gateway, endpoints, public-ip"),
        (
            {"egress": "single-nat-gateway"},
            "nat_gateway_zone is missing: egress single-nat-gateway needs one of the zones, eu-west-1a, eu-west-1b",
        ),
        (
            {"egress": "single-nat-gateway", "nat_gateway_zone": "eu-west-1c"},
            "nat_gateway_zone is 'eu-west-1c': it must be one of the zones",
        ),
        ({"cidr": "10.0.0.0/8"}, "cidr is 10.0.0.0/8: EC2 allows /16 to /28"),
        ({"cidr": "10.0.0.1/16"}, "cidr is '10.0.0.1/16'.*host bits"),
        ({"cidr": "10.9.0.0/16"}, r"zones\['eu-west-1a'\].public is 10.0.0.0/24: it must be within the VPC's"),
        (
            {"zones": {**TWO_ZONES, "eu-west-1c": zone(1)}},
            r"zones\['eu-west-1b'\].public is 10.0.1.0/24: it overlaps zones\['eu-west-1c'\]",
        ),
        ({"egress": "endpoints", "roles": {"web": "Tasks"}}, "roles has no 'endpoints': the endpoints of ecr.api"),
        ({"name": "a" * 50}, "longer than IAM's 64 characters"),
    ],
)
def test_a_network_that_cannot_work_is_refused_with_a_reason(changes: dict[str, Any], sentence: str):
    with pytest.raises(ValueError, match=sentence):
        network(**changes)


def test_a_retention_that_cloudwatch_does_not_know_is_refused():
    with pytest.raises(ValueError, match="retention_days is 10: CloudWatch allows 1, 3, 5"):
        FlowLogs(retention_days=10)
