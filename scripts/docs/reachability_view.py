"""The paths of an environment as people think of them: whatever has one role is one thing."""

from collections.abc import Iterable
from dataclasses import dataclass

from guards.reachability import Member, Network, Outside, Path, Table

KINDS = {"task": "ECS service"}
"""What people call a kind of member where that is not its own word."""


@dataclass(frozen=True, kw_only=True, order=True)
class Node:
    """All members of one role, or somebody outside."""

    name: str
    kind: str
    """As of a member; `outside` for who has no interface in the VPC."""
    tier: str = ""
    """`public`, `private` or `isolated` subnets; empty outside."""
    members: tuple[str, ...] = ()
    """Addresses of its resources."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One node can reach another on these ports."""

    source: Node
    target: Node
    ports: str
    why: tuple[str, ...]
    """The reasons of the rows that allow it; none where nothing does."""
    by_the_internet: bool
    """Whether no row joins the two: one may reach the internet, and the other is on it."""


@dataclass(frozen=True, kw_only=True)
class View:
    """What the page and the picture show."""

    environment: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    subnets: tuple[tuple[str, str, str], ...]
    """Address, range, where its routes lead."""

    def into(self, node: Node) -> list[Edge]:
        """The edges that end in a node."""
        return [edge for edge in self.edges if edge.target == node]

    def out_of(self, node: Node) -> list[Edge]:
        """The edges that begin in a node."""
        return [edge for edge in self.edges if edge.source == node]


def view(environment: str, network: Network, paths: Iterable[Path], table: Table) -> View:
    """Join members of one role, and paths between the same two."""
    groups: dict[str, list[Member]] = {}
    for member in network.members:
        groups.setdefault(_name(network, member), []).append(member)
    by_name = {name: _node(network, name, members) for name, members in groups.items()}
    nodes = dict.fromkeys(by_name.values())
    edges: dict[tuple[Node, Node, str], Edge] = {}
    for path in paths:
        source, target = (
            by_name[_name(network, end)] if isinstance(end, Member) else Node(name=_word(end), kind="outside")
            for end in (path.source, path.target)
        )
        nodes |= {source: None, target: None}
        rows = table.rows_for(path)
        joined = any(str(row.source) == source.name and str(row.target) == target.name for row in rows)
        edges[source, target, str(path.ports)] = Edge(
            source=source,
            target=target,
            ports=str(path.ports),
            why=tuple(sorted({row.why for row in rows})),
            by_the_internet=len(rows) > 1 and not joined,
        )
    return View(
        environment=environment,
        nodes=tuple(sorted(nodes)),
        edges=tuple(edges[key] for key in sorted(edges)),
        subnets=tuple(
            (subnet.address, str(subnet.cidr or "exists already"), _ways(network, subnet.address))
            for subnet in sorted(network.subnets.values(), key=lambda subnet: subnet.address)
        ),
    )


def _name(network: Network, member: Member) -> str:
    return ", ".join(sorted(network.roles_of(member))) or member.address


def _word(end: Outside) -> str:
    return str(end)


def _node(network: Network, name: str, members: list[Member]) -> Node:
    tiers = {_tier(network, subnet) for member in members for subnet in member.subnets}
    return Node(
        name=name,
        kind=members[0].kind,
        tier=" and ".join(sorted(tiers)),
        members=tuple(member.address for member in members),
    )


def _tier(network: Network, subnet: str) -> str:
    routes = network.subnets[subnet]
    if routes.exists_already:
        return "existing"
    if routes.leads("internet gateway"):
        return "public"
    return "private" if routes.exits or routes.endpoints else "isolated"


def _ways(network: Network, subnet: str) -> str:
    routes = network.subnets[subnet]
    if routes.exists_already:
        return "not known here: taken as open"
    ways = sorted({f"{way.way} ({way.destination})" for way in routes.exits})
    ways += ["S3 endpoint"] if routes.endpoints & network.s3 else []
    return ", ".join(ways) or "nowhere: within the VPC only"
