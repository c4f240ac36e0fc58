"""Security group rules, in any of the three forms that Terraform has for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from guards.reachability.ports import EVERY, Ports, ports_of
from guards.reachability.routing import ANYWHERE, network
from terraform.document import Stacks, blocks, layer_of


@dataclass(frozen=True, kw_only=True)
class Peer:
    """The other end of a rule: a group, a range or a prefix list."""

    group: str = ""
    cidr: IPv4Network | None = None
    prefix_list: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of one group for one peer."""

    address: str
    """The resource that contains it."""
    group: str
    outgoing: bool
    ports: Ports
    peer: Peer


_MODERN = {
    "groups": ("referenced_security_group_id",),
    "cidrs": ("cidr_ipv4",),
    "v6": ("cidr_ipv6",),
    "lists": ("prefix_list_id",),
}
_CLASSIC = {
    "groups": ("source_security_group_id", "security_groups"),
    "cidrs": ("cidr_blocks",),
    "v6": ("ipv6_cidr_blocks",),
    "lists": ("prefix_list_ids",),
}


def rules(stacks: Stacks) -> Iterator[Rule]:
    """Every rule of every group."""
    for outgoing, direction in ((False, "ingress"), (True, "egress")):
        for address, body in stacks.resources(f"aws_vpc_security_group_{direction}_rule"):
            for group in stacks.references.identities(layer_of(address), body["security_group_id"]):
                yield from _rules(stacks, address, group, outgoing, body, ports_of(body), _MODERN)
        for address, body in stacks.resources("aws_security_group", "aws_default_security_group"):
            for block in blocks(body, direction):
                yield from _rules(stacks, address, address, outgoing, block, ports_of(block, "protocol"), _CLASSIC)
    for address, body in stacks.resources("aws_security_group_rule"):
        for group in stacks.references.identities(layer_of(address), body["security_group_id"]):
            outgoing = body["type"] == "egress"
            yield from _rules(stacks, address, group, outgoing, body, ports_of(body, "protocol"), _CLASSIC)


def default_rules(group: str) -> tuple[Rule, Rule]:
    """The rules of an AWS default group: ingress from itself, egress to everywhere."""
    return (
        Rule(address=group, group=group, outgoing=False, ports=EVERY, peer=Peer(group=group)),
        Rule(address=group, group=group, outgoing=True, ports=EVERY, peer=Peer(cidr=ANYWHERE)),
    )


def _rules(
    stacks: Stacks,
    address: str,
    group: str,
    outgoing: bool,
    body: Mapping[str, Any],
    ports: Ports,
    keys: Mapping[str, tuple[str, ...]],
) -> Iterator[Rule]:
    layer = layer_of(address)

    def values(kind: str) -> Iterator[str]:
        for key in keys[kind]:
            yield from sorted(stacks.references.identities(layer, body.get(key)))

    peers = [Peer(group=each) for each in values("groups")]
    if body.get("self") in (True, "true"):
        peers.append(Peer(group=group))
    # IPv6 has no private addresses, and a range that is an expression may be any: both count as everywhere.
    peers += [Peer(cidr=network(each) or ANYWHERE) for each in values("cidrs")]
    peers += [Peer(cidr=ANYWHERE) for _ in values("v6")]
    peers += [Peer(prefix_list=each) for each in values("lists")]
    for peer in peers:
        yield Rule(address=address, group=group, outgoing=outgoing, ports=ports, peer=peer)
