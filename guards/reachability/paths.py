"""Network paths: every pair of ends with ports on which a connection is possible (N03)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network

from guards.reachability.groups import Peer
from guards.reachability.members import Member
from guards.reachability.network import Network
from guards.reachability.ports import Ports
from guards.reachability.routing import ANYWHERE, Exit, is_private


@dataclass(frozen=True, kw_only=True, order=True)
class Outside:
    """An end without an interface in the VPC: an address range, another system's group, a prefix list, S3."""

    kind: str
    """`cidr`, `group`, `prefix-list` or `s3`."""
    value: str

    def __str__(self) -> str:
        if self.kind == "s3":
            return "S3"
        return "internet" if self.value == str(ANYWHERE) else self.value

    @cached_property
    def range(self) -> IPv4Network | None:
        """The range, if it is one."""
        return IPv4Network(self.value) if self.kind == "cidr" else None

    @property
    def is_public(self) -> bool:
        """Whether it is on the internet."""
        return self.range is not None and not is_private(self.range)


@dataclass(frozen=True, kw_only=True)
class Path:
    """`source` can open connections to `target` on these ports."""

    source: Member | Outside
    target: Member | Outside
    ports: Ports
    rules: tuple[str, ...]
    """Addresses of the rules that allow it: that of the source, then that of the target."""


def paths(network: Network) -> list[Path]:
    """Every path, once, sorted by its ends."""
    by_ends = {
        (path.source, path.target, path.ports): path
        for path in (*_from_outside(network), *_between(network), *_to_outside(network))
    }
    return [by_ends[key] for key in sorted(by_ends, key=_order)]


def _order(key: tuple[Member | Outside, Member | Outside, Ports]) -> tuple[str, str, str, str, Ports]:
    source, target, ports = key
    return (*_name(source), *_name(target), ports)


def _name(end: Member | Outside) -> tuple[str, str]:
    return (end.kind, end.address) if isinstance(end, Member) else ("", str(end))


def _from_outside(network: Network) -> Iterator[Path]:
    for target in network.members:
        for rule in network.rules_of(target, outgoing=False):
            for source in _outsiders(network, rule.peer):
                if _can_enter(network, source, target, rule.ports):
                    yield Path(source=source, target=target, ports=rule.ports, rules=(rule.address,))


def _to_outside(network: Network) -> Iterator[Path]:
    for source in network.members:
        for rule in network.rules_of(source, outgoing=True):
            for target in _outsiders(network, rule.peer):
                if _can_leave(network, source, target, rule.ports):
                    yield Path(source=source, target=target, ports=rule.ports, rules=(rule.address,))


def _between(network: Network) -> Iterator[Path]:
    incoming = {member: network.rules_of(member, outgoing=False) for member in network.members}
    for source in network.members:
        for out in network.rules_of(source, outgoing=True):
            for target, rules in incoming.items():
                if not _meets(network, out.peer, target):
                    continue
                for into in rules:
                    ports = out.ports.common(into.ports)
                    if ports and _meets(network, into.peer, source) and _acls_let(network, source, target, ports):
                        yield Path(source=source, target=target, ports=ports, rules=(out.address, into.address))


def _outsiders(network: Network, peer: Peer) -> Iterator[Outside]:
    """Ends outside the VPC that the peer of a rule includes."""
    if peer.cidr is not None:
        if not any(peer.cidr.subnet_of(vpc) for vpc in network.vpc_cidrs):
            yield Outside(kind="cidr", value=str(peer.cidr))
    elif peer.prefix_list:
        is_s3 = any(f"<{endpoint}>" in peer.prefix_list or endpoint == peer.prefix_list for endpoint in network.s3)
        yield Outside(kind="s3", value="S3") if is_s3 else Outside(kind="prefix-list", value=peer.prefix_list)
    elif peer.group not in network.groups:
        yield Outside(kind="group", value=peer.group)


def _meets(network: Network, peer: Peer, member: Member) -> bool:
    """Whether the peer of a rule includes, or may include, a member."""
    if peer.group:
        return peer.group in member.groups
    if peer.cidr is None:
        return False  # a prefix list: AWS services or other networks
    # A public address may be in any public range.
    if member.public and not is_private(peer.cidr):
        return True
    return any(subnet.cidr is None or peer.cidr.overlaps(subnet.cidr) for subnet in network.subnets_of(member))


def _acls_let(network: Network, source: Member, target: Member, ports: Ports) -> bool:
    """ACLs filter at the border of a subnet, not within it."""
    return any(
        start.address == end.address
        or (start.lets(ports, end.cidr, outgoing=True) and end.lets(ports, start.cidr, outgoing=False))
        for start in network.subnets_of(source)
        for end in network.subnets_of(target)
    )


def _can_enter(network: Network, source: Outside, target: Member, ports: Ports) -> bool:
    open_subnets = [each for each in network.subnets_of(target) if each.lets(ports, source.range, outgoing=False)]
    if source.is_public:
        return target.public and any(each.leads("internet gateway") for each in open_subnets)
    return bool(open_subnets)


def _can_leave(network: Network, source: Member, target: Outside, ports: Ports) -> bool:
    open_subnets = [each for each in network.subnets_of(source) if each.lets(ports, target.range, outgoing=True)]
    if target.kind == "s3":
        return any(each.exists_already or each.endpoints & network.s3 for each in open_subnets)
    if target.is_public:
        return any(each.exists_already or _leads_to(each.exits, target.range, source.public) for each in open_subnets)
    return bool(open_subnets)


def _leads_to(exits: Iterable[Exit], destination: IPv4Network | None, has_public_address: bool) -> bool:
    return any(
        (has_public_address or each.way != "internet gateway")
        and (destination is None or each.destination.overlaps(destination))
        for each in exits
    )
