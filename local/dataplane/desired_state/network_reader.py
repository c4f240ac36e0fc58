"""Reads security groups, routes and endpoints of the emulated account as frozen values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from ipaddress import IPv4Network
from typing import Any

from local.network.rules import EVERY, WITH_PUBLIC_ADDRESS, Group, Member, Route, Rule, Subnet, Table

ALL_PORTS = (0, 65535)
WAYS = {
    "NatGatewayId": "NAT gateway",
    "TransitGatewayId": "transit gateway",
    "VpcPeeringConnectionId": "peering connection",
    "NetworkInterfaceId": "network interface",
    "InstanceId": "instance",
}
"""Key of a route → what leads out of the VPC."""


def network(ec2: Any) -> Table:
    """The network of all VPCs, without their members."""
    endpoints = [each for each in ec2.describe_vpc_endpoints()["VpcEndpoints"] if each["State"] != "deleted"]
    return Table(
        groups={each["GroupId"]: _group(each) for each in _all(ec2, "describe_security_groups", "SecurityGroups")},
        subnets=_subnets(ec2),
        prefix_lists=_prefix_lists(ec2),
        endpoints=tuple(
            member(
                f"endpoint {each['ServiceName'].rpartition('.')[2]}",
                [group["GroupId"] for group in each.get("Groups") or []],
                each.get("SubnetIds") or [],
            )
            for each in endpoints
            if each["VpcEndpointType"] == "Interface"
        ),
    )


def member(name: str, groups: Iterable[str], subnets: Iterable[str], *, public: bool = False) -> Member:
    """A member of the network."""
    return Member(name=name, groups=tuple(groups), subnets=tuple(subnets), public=public)


def of_task(name: str, configuration: Mapping[str, Any] | None) -> Member | None:
    """A task's network from its `awsvpcConfiguration`, in all its subnets."""
    if not configuration:
        return None
    public = configuration.get("assignPublicIp") == "ENABLED"
    return member(name, configuration.get("securityGroups") or [], configuration.get("subnets") or [], public=public)


def _all(ec2: Any, operation: str, key: str) -> list[dict[str, Any]]:
    return [each for page in ec2.get_paginator(operation).paginate() for each in page[key]]


def _group(document: Mapping[str, Any]) -> Group:
    return Group(
        ingress=tuple(_rules(document.get("IpPermissions") or [])),
        egress=tuple(_rules(document.get("IpPermissionsEgress") or [])),
    )


def _rules(permissions: Sequence[Mapping[str, Any]]) -> Iterable[Rule]:
    for each in permissions:
        protocol = str(each["IpProtocol"])
        first, last = (int(each.get(key, -1)) for key in ("FromPort", "ToPort"))
        if protocol == EVERY or first < 0:
            first, last = ALL_PORTS
        for pair in each.get("UserIdGroupPairs") or []:
            yield Rule(protocol=protocol, first=first, last=last, group=pair["GroupId"])
        for range_ in each.get("IpRanges") or []:
            yield Rule(protocol=protocol, first=first, last=last, cidr=_canonical(range_["CidrIp"]))
        for prefix_list in each.get("PrefixListIds") or []:
            yield Rule(protocol=protocol, first=first, last=last, prefix_list=prefix_list["PrefixListId"])


def _subnets(ec2: Any) -> dict[str, Subnet]:
    gateways = _all(ec2, "describe_nat_gateways", "NatGateways")
    working = {each["NatGatewayId"] for each in gateways if each["State"] == "available"}
    main: dict[str, tuple[Route, ...]] = {}
    explicit: dict[str, tuple[Route, ...]] = {}
    for table in _all(ec2, "describe_route_tables", "RouteTables"):
        routes = tuple(_routes(table.get("Routes") or [], working))
        for association in table.get("Associations") or []:
            if association.get("SubnetId"):
                explicit[association["SubnetId"]] = routes
            elif association.get("Main"):
                main[table["VpcId"]] = routes
    return {
        each["SubnetId"]: Subnet(
            cidr=_canonical(each["CidrBlock"]), routes=explicit.get(each["SubnetId"], main.get(each["VpcId"], ()))
        )
        for each in _all(ec2, "describe_subnets", "Subnets")
    }


def _routes(documents: Sequence[Mapping[str, Any]], nat_gateways: Collection[str]) -> Iterable[Route]:
    """Routes out of the VPC that work: a route whose gateway has been deleted is a `blackhole`."""
    for each in documents:
        cidr = each.get("DestinationCidrBlock")
        destination = _canonical(cidr) if cidr else each.get("DestinationPrefixListId")
        gateway = str(each.get("GatewayId") or "")
        way = next((way for key, way in WAYS.items() if each.get(key)), "")
        if gateway.startswith("igw-"):
            way = WITH_PUBLIC_ADDRESS
        elif gateway.startswith("vgw-"):
            way = "virtual private gateway"
        is_gone = each.get("State") == "blackhole" or each.get("NatGatewayId", "") not in {"", *nat_gateways}
        if destination and way and not is_gone:
            yield Route(destination=destination, way=way)


def _prefix_lists(ec2: Any) -> dict[str, tuple[str, ...]]:
    lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    return {
        each["PrefixListId"]: tuple(
            _canonical(entry["Cidr"])
            for entry in ec2.get_managed_prefix_list_entries(PrefixListId=each["PrefixListId"])["Entries"]
        )
        for each in lists
        # AWS's own lists are of services, which the embedded AWS takes the place of.
        if each["OwnerId"] != "AWS" and each["AddressFamily"] == "IPv4"
    }


def _canonical(cidr: str) -> str:
    """As EC2 stores a range: without host bits. The emulated EC2 keeps what it was given."""
    return str(IPv4Network(cidr, strict=False))
