"""Who may open a connection to whom: security groups both ways, and the routes of the source's subnet.

The judge runs this code in a process of its own, which is why it needs the standard library alone. Like AWS, it lets
through only what a rule allows. An end whose network the account does not describe is not judged.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Any

EVERY = "-1"
AWS_PORT = 443
"""Of the AWS API on AWS; the embedded AWS listens on another one."""
WITH_PUBLIC_ADDRESS = "internet gateway"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule for one peer: exactly one of `group`, `cidr` and `prefix_list` is given."""

    protocol: str
    """`tcp`, `udp`, or `-1` for all."""
    first: int
    last: int
    group: str = ""
    cidr: str = ""
    prefix_list: str = ""

    def has(self, protocol: str, port: int) -> bool:
        """Whether the rule is about this port."""
        return self.protocol == EVERY or (self.protocol == protocol and self.first <= port <= self.last)


@dataclass(frozen=True, kw_only=True)
class Group:
    """A security group."""

    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Route:
    """A route of a subnet that leads out of the VPC."""

    destination: str
    """A CIDR, or the id of a prefix list."""
    way: str
    """`internet gateway`, or anything else that leads out."""


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet, with the routes of its route table that work."""

    cidr: str
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Member:
    """Something with network interfaces in the VPC."""

    name: str
    groups: tuple[str, ...]
    subnets: tuple[str, ...]
    public: bool = False
    """Whether it has a public address."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Everything that a decision needs."""

    members: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)
    """Address → who is there. A database and its proxy have one address: what reaches either reaches it."""
    groups: Mapping[str, Group] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    prefix_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Id of a prefix list → CIDRs."""
    endpoints: tuple[Member, ...] = ()
    """Interface endpoints of AWS services."""

    def obstacle(self, source: str, target: str, protocol: str, port: int) -> str:
        """Why a connection from one address to another is not let through; empty if it is."""
        start, ends = self.at(source), self.members.get(target)
        if start is None or not start.groups:
            return ""
        if ends is None:
            return self._to_outside(start, target, protocol, port)
        obstacles = [self.between(start, end, protocol, port) for end in ends]
        return "" if not all(obstacles) else obstacles[0]

    def between(self, start: Member, end: Member, protocol: str, port: int) -> str:
        """Why a connection from one member to another is not let through; empty if it is."""
        if not (start.groups and end.groups):
            return ""
        if not self._allows(self._rules(start, "egress"), end, protocol, port):
            return f"no egress rule of {_named(start)} allows {protocol} {port} to {_named(end)}"
        if not self._allows(self._rules(end, "ingress"), start, protocol, port):
            return f"no ingress rule of {_named(end)} allows {protocol} {port} from {_named(start)}"
        return ""

    def to_aws(self, start: Member | None) -> str:
        """Why the AWS API is out of reach; empty if there is a way: an interface endpoint, or a route to the internet.

        The embedded AWS has one address for all services, so one way is enough for all of them. A gateway endpoint
        leads to S3 alone, and does not count.
        """
        if (
            start is None
            or not start.groups
            or any(not self.between(start, end, "tcp", AWS_PORT) for end in self.endpoints)
        ):
            return ""
        for rule in self._rules(start, "egress"):
            if rule.cidr and rule.has("tcp", AWS_PORT) and self._leads_to_a_part_of(start, IPv4Network(rule.cidr)):
                return ""
        return f"{_named(start)} has no way to the AWS API: neither an endpoint nor a route with an egress rule"

    def _to_outside(self, start: Member, target: str, protocol: str, port: int) -> str:
        address = IPv4Address(target)
        rules = [rule for rule in self._rules(start, "egress") if rule.has(protocol, port)]
        if not any(self._includes(rule.cidr or rule.prefix_list, address) for rule in rules):
            return f"no egress rule of {_named(start)} allows {protocol} {port} to {target}"
        if not any(self._includes(route.destination, address) for route in self._routes(start)):
            return f"no route of {_named(start)} leads to {target}"
        return ""

    def at(self, address: str) -> Member | None:
        """The member at an address, the first if there are more."""
        return next(iter(self.members.get(address, ())), None)

    def _leads_to_a_part_of(self, start: Member, range_: IPv4Network) -> bool:
        destinations = [route.destination for route in self._routes(start) if not _is_prefix_list(route.destination)]
        return any(IPv4Network(each).overlaps(range_) for each in destinations)

    def _routes(self, start: Member) -> Iterable[Route]:
        for subnet in start.subnets:
            for route in self.subnets[subnet].routes if subnet in self.subnets else ():
                if start.public or route.way != WITH_PUBLIC_ADDRESS:
                    yield route

    def _rules(self, member: Member, direction: str) -> list[Rule]:
        groups = [self.groups[each] for each in member.groups if each in self.groups]
        return [rule for group in groups for rule in (group.egress if direction == "egress" else group.ingress)]

    def _allows(self, rules: Sequence[Rule], other: Member, protocol: str, port: int) -> bool:
        cidrs = [IPv4Network(self.subnets[each].cidr) for each in other.subnets if each in self.subnets]
        return any(
            rule.group in other.groups
            if rule.group
            else any(range_.overlaps(cidr) for range_ in self._ranges(rule.cidr or rule.prefix_list) for cidr in cidrs)
            for rule in rules
            if rule.has(protocol, port)
        )

    def _ranges(self, name: str) -> list[IPv4Network]:
        """Of a CIDR or a prefix list; none for an empty name."""
        ranges = self.prefix_lists.get(name, ()) if _is_prefix_list(name) else (name,)
        return [IPv4Network(each) for each in ranges if each]

    def _includes(self, destination: str, address: IPv4Address) -> bool:
        return any(address in each for each in self._ranges(destination))

    def as_json(self) -> dict[str, Any]:
        """As `of` reads it."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Table":
        """From `as_json`."""
        return cls(
            members={address: tuple(map(_member, each)) for address, each in document["members"].items()},
            groups={
                name: Group(
                    ingress=tuple(Rule(**rule) for rule in each["ingress"]),
                    egress=tuple(Rule(**rule) for rule in each["egress"]),
                )
                for name, each in document["groups"].items()
            },
            subnets={
                name: Subnet(cidr=each["cidr"], routes=tuple(Route(**route) for route in each["routes"]))
                for name, each in document["subnets"].items()
            },
            prefix_lists={name: tuple(each) for name, each in document["prefix_lists"].items()},
            endpoints=tuple(map(_member, document["endpoints"])),
        )


def _member(document: Mapping[str, Any]) -> Member:
    return Member(**{**document, "groups": tuple(document["groups"]), "subnets": tuple(document["subnets"])})


def _named(member: Member) -> str:
    return f"{member.name} ({', '.join(member.groups)})"


def _is_prefix_list(destination: str) -> bool:
    return destination.startswith("pl-")
