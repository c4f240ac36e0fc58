"""Subnets with their routes and network ACLs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Network
from typing import Any, Literal

from guards.reachability.ports import EVERY, Ports, ports_of
from terraform.document import Stacks, blocks, layer_of, type_of

ANYWHERE = IPv4Network("0.0.0.0/0")
_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))

Way = Literal["internet gateway", "nat gateway", "other"]
"""Target of a route: both directions, outbound only, or another network."""


@dataclass(frozen=True, kw_only=True)
class Exit:
    """A route that leaves the VPC."""

    way: Way
    destination: IPv4Network
    """Everywhere, if the JSON does not contain it."""
    address: str
    """The resource with the route."""


@dataclass(frozen=True, kw_only=True)
class AclRule:
    """A numbered entry of a network ACL."""

    number: int
    outgoing: bool
    allow: bool
    ports: Ports
    cidr: IPv4Network


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet with its routes and its ACL."""

    address: str
    cidr: IPv4Network | None
    """None if the subnet already exists, or the range is an expression."""
    exits: tuple[Exit, ...] = ()
    endpoints: frozenset[str] = frozenset()
    """Gateway endpoints that its routes lead to."""
    acl: tuple[AclRule, ...] | None = None
    """Entries of the ACL. Default: None, the VPC's default ACL, which allows everything."""
    exists_already: bool = field(default=False)
    """Whether we do not create it; its routes are unknown, so it may have any."""

    def leads(self, *ways: Way) -> bool:
        """Whether it has a route of one of these kinds."""
        return self.exists_already or any(each.way in ways for each in self.exits)

    def lets(self, ports: Ports, peer: IPv4Network | None, *, outgoing: bool) -> bool:
        """Whether the ACL allows some of these ports, to or from some address of the peer.

        Errs on the safe side: an entry that allows counts if it overlaps the peer, one that denies only if it covers
        the peer.
        """
        if self.acl is None:
            return True
        peer = peer or ANYWHERE
        for rule in sorted(self.acl, key=lambda rule: rule.number):
            if rule.outgoing != outgoing or not rule.cidr.overlaps(peer):
                continue
            if rule.allow and rule.ports.common(ports):
                return True
            if not rule.allow and rule.ports.covers(ports) and peer.subnet_of(rule.cidr):
                return False
        return False


def network(value: Any) -> IPv4Network | None:
    """The range, or None if the value is not a literal IPv4 range."""
    return _parsed(value) if isinstance(value, str) else None


@cache
def _parsed(value: str) -> IPv4Network | None:
    try:
        return IPv4Network(value)
    except ValueError:
        return None


def is_private(cidr: IPv4Network) -> bool:
    """Whether a range is unreachable from the internet. `cidr.is_private` is broader."""
    return any(cidr.subnet_of(private) for private in _PRIVATE)


def subnets(stacks: Stacks) -> dict[str, Subnet]:
    """Every subnet of the JSON, by address."""
    tables = _tables(stacks)
    exits, endpoints, acls = _exits(stacks), _endpoints(stacks), _acls(stacks)
    by_address = {}
    for address, body in stacks.resources("aws_subnet"):
        own = tables.get(address, frozenset())
        by_address[address] = Subnet(
            address=address,
            cidr=network(body.get("cidr_block")),
            exits=tuple(each for table in sorted(own) for each in exits.get(table, ())),
            endpoints=frozenset(endpoint for table in own for endpoint in endpoints.get(table, ())),
            acl=acls.get(address),
        )
    return by_address


def _tables(stacks: Stacks) -> dict[str, frozenset[str]]:
    """Subnet → its route tables; a subnet without one uses the VPC's main table."""
    tables: dict[str, frozenset[str]] = {}
    for address, body in stacks.resources("aws_route_table_association"):
        for subnet in stacks.resolve(address, body.get("subnet_id") or ""):
            tables[subnet] = tables.get(subnet, frozenset()) | stacks.resolve(address, body["route_table_id"])
    main = frozenset(address for address, _ in stacks.resources("aws_default_route_table"))
    for address, body in stacks.resources("aws_main_route_table_association"):
        main |= stacks.resolve(address, body["route_table_id"])
    return {address: tables.get(address, main) for address, _ in stacks.resources("aws_subnet")}


def _exits(stacks: Stacks) -> dict[str, list[Exit]]:
    """Route table → its routes that leave the VPC."""
    exits: dict[str, list[Exit]] = {}
    for address, body in stacks.resources("aws_route"):
        for table in stacks.resolve(address, body["route_table_id"]):
            exits.setdefault(table, []).extend(_exit(stacks, address, body, "destination_cidr_block"))
    for address, body in stacks.resources("aws_route_table", "aws_default_route_table"):
        for route in blocks(body, "route"):
            exits.setdefault(address, []).extend(_exit(stacks, address, route, "cidr_block"))
    return exits


def _exit(stacks: Stacks, address: str, route: Mapping[str, Any], destination: str) -> Iterator[Exit]:
    gateway = str(route.get("gateway_id") or "")
    if gateway == "local":
        return
    way: Way = "other"
    if gateway and not any(type_of(thing) == "aws_vpn_gateway" for thing in stacks.resolve(address, gateway)):
        way = "internet gateway"
    elif route.get("nat_gateway_id") or route.get("egress_only_gateway_id"):
        way = "nat gateway"
    # A destination that is not an IPv4 range (a prefix list, IPv6) may lead anywhere.
    yield Exit(way=way, destination=network(route.get(destination)) or ANYWHERE, address=address)


def _endpoints(stacks: Stacks) -> dict[str, set[str]]:
    """Route table → gateway endpoints."""
    endpoints: dict[str, set[str]] = {}
    for address, body in stacks.resources("aws_vpc_endpoint_route_table_association"):
        for table in stacks.resolve(address, body["route_table_id"]):
            endpoints.setdefault(table, set()).update(stacks.resolve(address, body["vpc_endpoint_id"]))
    for address, body in stacks.resources("aws_vpc_endpoint"):
        for table in stacks.resolve(address, body.get("route_table_ids") or ""):
            endpoints.setdefault(table, set()).add(address)
    return endpoints


def _acls(stacks: Stacks) -> dict[str, tuple[AclRule, ...]]:
    """Subnet → the entries of its ACL, if the JSON has one."""
    lines: dict[str, list[AclRule]] = {}
    acls: dict[str, tuple[AclRule, ...]] = {}
    for address, body in stacks.resources("aws_network_acl_rule"):
        for acl in stacks.resolve(address, body["network_acl_id"]):
            lines.setdefault(acl, []).append(
                _line(body, "rule_number", "rule_action", "protocol", bool(body.get("egress", False)))
            )
    for address, body in stacks.resources("aws_network_acl", "aws_default_network_acl"):
        for direction in ("ingress", "egress"):
            for block in blocks(body, direction):
                lines.setdefault(address, []).append(
                    _line(block, "rule_no", "action", "protocol", direction == "egress")
                )
        for subnet in stacks.references.identities(layer_of(address), body.get("subnet_ids")):
            acls[subnet] = tuple(lines.get(address, ()))
    for address, body in stacks.resources("aws_network_acl_association"):
        for acl in stacks.resolve(address, body["network_acl_id"]):
            for subnet in stacks.resolve(address, body["subnet_id"]):
                acls[subnet] = tuple(lines.get(acl, ()))
    return acls


def _line(body: Mapping[str, Any], number: str, action: str, protocol: str, outgoing: bool) -> AclRule:
    return AclRule(
        number=int(body.get(number, 0)),
        outgoing=outgoing,
        allow=body.get(action) == "allow",
        ports=EVERY if str(body.get(protocol)) in ("-1", "all") else ports_of(body, protocol),
        cidr=network(body.get("cidr_block")) or ANYWHERE,
    )
