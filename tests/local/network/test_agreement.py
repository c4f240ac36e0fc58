"""The judge's table lets through what the proof of reachability says, in every shipped environment."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from guards.reachability import Member as Proven
from guards.reachability import Network, Outside, paths, read
from guards.reachability.groups import Rule as ProvenRule
from guards.reachability.routing import Exit
from local.network.rules import Group, Member, Route, Rule, Subnet, Table
from terraform.document import Stacks
from tests.support.documents import ENVIRONMENTS, documents

OUTSIDE = "192.0.2.1"
INTERNET = "0.0.0.0/0"


def table_of(network: Network) -> Table:
    groups: dict[str, Group] = {group: Group() for member in network.members for group in member.groups}
    for rule in network.rules:
        before = groups.get(rule.group, Group())
        more = (rule_of(rule),)
        groups[rule.group] = (
            replace(before, egress=before.egress + more)
            if rule.outgoing
            else replace(before, ingress=before.ingress + more)
        )
    return Table(
        members={each.address: (member_of(each),) for each in network.members},
        groups=groups,
        subnets={
            address: Subnet(cidr=str(each.cidr), routes=tuple(map(route_of, each.exits)))
            for address, each in network.subnets.items()
        },
    )


def rule_of(rule: ProvenRule) -> Rule:
    peer = rule.peer
    return Rule(
        protocol=rule.ports.protocol,
        first=rule.ports.first,
        last=rule.ports.last,
        group=peer.group,
        cidr=str(peer.cidr) if peer.cidr else "",
        prefix_list=f"pl-{peer.prefix_list}" if peer.prefix_list else "",
    )


def member_of(member: Proven) -> Member:
    return Member(
        name=member.address,
        groups=tuple(sorted(member.groups)),
        subnets=tuple(sorted(member.subnets)),
        public=member.public,
    )


def route_of(exit_: Exit) -> Route:
    return Route(destination=str(exit_.destination), way=exit_.way)


def disagreements(network: Network) -> Iterable[tuple[str, str, int]]:
    """Pairs and ports about which the two say different things."""
    table, ports = table_of(network), sorted({rule.ports.first for rule in network.rules})
    proven = {(path.source, path.target, port) for path in paths(network) for port in ports if has(path.ports, port)}
    for source in network.members:
        for port in ports:
            for target in network.members:
                # The public address of a load balancer is outside of the VPC.
                if source == target or target.public:
                    continue
                is_through = not table.obstacle(source.address, target.address, "tcp", port)
                if is_through != ((source, target, port) in proven):
                    yield source.address, target.address, port
            is_through = not table.obstacle(source.address, OUTSIDE, "tcp", port)
            if is_through != ((source, Outside(kind="cidr", value=INTERNET), port) in proven):
                yield source.address, OUTSIDE, port


def has(ports: object, port: int) -> bool:
    return ports.first <= port <= ports.last  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_judge_and_the_proof_agree_about_every_pair_and_port(name: str) -> None:
    network = read(Stacks(documents=documents(name)))
    assert len(network.members) > 5
    assert list(disagreements(network)) == []


@pytest.mark.parametrize("name", ["local", "staging"])
def test_they_agree_without_any_single_rule(name: str) -> None:
    network = read(Stacks(documents=documents(name)))
    for removed in network.rules:
        rules = tuple(rule for rule in network.rules if rule is not removed)
        assert list(disagreements(replace(network, rules=rules))) == [], removed.address


def test_they_agree_without_routes() -> None:
    network = read(Stacks(documents=documents("local")))
    subnets = {address: replace(each, exits=()) for address, each in network.subnets.items()}
    closed = replace(network, subnets=subnets)
    assert list(disagreements(closed)) == []
    assert not [path for path in paths(closed) if path.target == Outside(kind="cidr", value=INTERNET)]
