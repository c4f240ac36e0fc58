"""What the data plane reads of the network: routes that work, rules in all their forms, networks of RunTask."""

from dataclasses import replace
from typing import Any

import pytest

from local.dataplane.desired_state.network_reader import member, network
from local.network.rules import Route, Rule
from tests.support.clock import Clock


def test_a_subnet_has_the_routes_of_its_table_for_as_long_as_their_gateways_are_there(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.31.0.0/16")["Vpc"]["VpcId"]
    public, private = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.31.{n}.0/24")["Subnet"]["SubnetId"] for n in range(2)
    )
    internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=vpc)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
    assert ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"] == "pending"
    for subnet, gateway in ((public, {"GatewayId": internet}), (private, {"NatGatewayId": nat})):
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **gateway)
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    group = ec2.create_security_group(GroupName="reader", Description="reader", VpcId=vpc)["GroupId"]
    tasks = {name: member(name, [group], [subnet]) for name, subnet in (("in public", public), ("in private", private))}

    assert network(ec2).subnets[private].routes == (), "a NAT gateway that is pending carries nothing"
    clock.pass_by()
    table_of_all = network(ec2)
    assert table_of_all.subnets[public].routes == (Route(destination="0.0.0.0/0", way="internet gateway"),)
    assert table_of_all.subnets[private].routes == (Route(destination="0.0.0.0/0", way="NAT gateway"),)
    assert "no way to the AWS API" in table_of_all.to_aws(tasks["in public"]), "without a public address"
    assert table_of_all.to_aws(replace(tasks["in public"], public=True)) == ""
    assert table_of_all.to_aws(tasks["in private"]) == ""

    ec2.delete_nat_gateway(NatGatewayId=nat)
    without_nat = network(ec2)
    assert without_nat.subnets[private].routes == ()
    assert "no way to the AWS API" in without_nat.to_aws(tasks["in private"])
    assert states(ec2, vpc) == {"local": "active", internet: "active", nat: "blackhole"}
    ec2.detach_internet_gateway(InternetGatewayId=internet, VpcId=vpc)
    assert states(ec2, vpc)[internet] == "blackhole"


def states(ec2: Any, vpc: str) -> dict[str, str]:
    """Gateway → state of the routes to it."""
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    routes = [route for table in tables for route in table["Routes"]]
    return {route.get("GatewayId") or route["NatGatewayId"]: route["State"] for route in routes}


def test_an_interface_endpoint_is_a_way_to_aws_if_rules_at_both_ends_allow_it(client: Any) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.32.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.32.0.0/24")["Subnet"]["SubnetId"]
    tasks, endpoints = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("tasks", "ends")
    )
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.eu-west-1.logs",
        SubnetIds=[subnet],
        SecurityGroupIds=[endpoints],
    )
    task = member("task", [tasks], [subnet])
    assert "no way to the AWS API" in network(ec2).to_aws(task)
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    rules = [
        {**https, "UserIdGroupPairs": [{"GroupId": tasks}]},
        {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
    ]
    ec2.authorize_security_group_ingress(GroupId=endpoints, IpPermissions=rules)
    read = network(ec2)
    assert read.to_aws(task) == ""
    assert set(read.groups[endpoints].ingress) == {
        Rule(protocol="tcp", first=443, last=443, group=tasks),
        Rule(protocol="udp", first=53, last=53, cidr="10.0.0.0/8"),
    }
    assert type(read).of(read.as_json()) == read


def test_ranges_have_no_host_bits_as_ec2_stores_them(client: Any) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.33.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="bits", Description="bits", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.0.0.5/16"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    assert network(ec2).groups[group].ingress == (Rule(protocol="tcp", first=80, last=80, cidr="10.0.0.0/16"),)
