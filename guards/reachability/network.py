"""The network of an environment, read from the JSON."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from ipaddress import IPv4Network

from guards.reachability.groups import Rule, default_rules, rules
from guards.reachability.members import Member, members
from guards.reachability.routing import Subnet, network, subnets
from terraform.document import Stacks, type_of

_DEFAULT_GROUP = "the VPC's default security group"


@dataclass(frozen=True, kw_only=True)
class Network:
    """Everything that decides who can reach whom."""

    members: tuple[Member, ...]
    rules: tuple[Rule, ...]
    subnets: Mapping[str, Subnet]
    """Subnets that we create, and existing ones that members name."""
    vpc_cidrs: tuple[IPv4Network, ...]
    roles: Mapping[str, frozenset[str]]
    """Security group → its roles in the table of who may reach whom."""
    s3: frozenset[str]
    """Gateway endpoints of S3, and in an existing VPC AWS's own prefix lists of it."""

    @cached_property
    def groups(self) -> frozenset[str]:
        """Every security group that the JSON contains; any other belongs to another system."""
        carried = {group for member in self.members for group in member.groups}
        return frozenset(carried | set(self.roles) | {rule.group for rule in self.rules})

    def subnets_of(self, member: Member) -> list[Subnet]:
        """The subnets of a member, sorted."""
        return [self.subnets[address] for address in sorted(member.subnets)]

    def roles_of(self, member: Member) -> frozenset[str]:
        """A member's roles in the table."""
        return self._roles_by_groups(member.groups)

    def rules_of(self, member: Member, *, outgoing: bool) -> list[Rule]:
        """The rules of one direction of a member's groups."""
        return [rule for group in sorted(member.groups) for rule in self._rules_by_group.get((group, outgoing), ())]

    @cached_property
    def _rules_by_group(self) -> Mapping[tuple[str, bool], list[Rule]]:
        by_group: dict[tuple[str, bool], list[Rule]] = {}
        for rule in self.rules:
            by_group.setdefault((rule.group, rule.outgoing), []).append(rule)
        return by_group

    @cached_property
    def _roles_by_groups(self) -> Callable[[frozenset[str]], frozenset[str]]:
        return cache(lambda groups: frozenset(role for group in groups for role in self.roles.get(group, ())))

    def leads_to_the_internet(self, member: Member) -> bool:
        """Whether packets from the internet can arrive: a public address, and a route to an internet gateway."""
        return member.public and any(subnet.leads("internet gateway") for subnet in self.subnets_of(member))


def read(stacks: Stacks) -> Network:
    """Read the network from the JSON of all layers."""
    all_members = tuple(sorted(_with_default_group(stacks)))
    all_subnets = subnets(stacks)
    for address in {subnet for member in all_members for subnet in member.subnets} - set(all_subnets):
        all_subnets[address] = Subnet(address=address, cidr=None, exists_already=True)
    every_rule = list(rules(stacks))
    if any(_DEFAULT_GROUP in member.groups for member in all_members):
        every_rule += default_rules(_DEFAULT_GROUP)
    return Network(
        members=all_members,
        rules=tuple(every_rule),
        subnets=all_subnets,
        vpc_cidrs=tuple(
            cidr for _, body in stacks.resources("aws_vpc") if (cidr := network(body.get("cidr_block"))) is not None
        ),
        roles=_roles(stacks),
        s3=frozenset(_s3(stacks)),
    )


def _s3(stacks: Stacks) -> Iterator[str]:
    for address, body in stacks.resources("aws_vpc_endpoint"):
        if body.get("vpc_endpoint_type", "Gateway") == "Gateway" and str(body["service_name"]).endswith(".s3"):
            yield address
    for layer, document in stacks.documents.items():
        for name, body in document.get("data", {}).get("aws_ec2_managed_prefix_list", {}).items():
            # AWS reserves names with this prefix for its own lists.
            if re.fullmatch(r"com\.amazonaws\.[a-z0-9-]+\.s3", str(body.get("name"))):
                yield f"{layer}: data.aws_ec2_managed_prefix_list.{name}"


def _with_default_group(stacks: Stacks) -> list[Member]:
    """All members; one without a security group has the VPC's default group."""
    ours = frozenset(address for address, _ in stacks.resources("aws_default_security_group"))
    default = ours or frozenset({_DEFAULT_GROUP})
    return [member if member.groups else replace(member, groups=default) for member in members(stacks)]


def _roles(stacks: Stacks) -> dict[str, frozenset[str]]:
    """From the outputs named `security_group_ids`, which are keyed by role (N07)."""
    roles: dict[str, frozenset[str]] = {}
    for layer, document in stacks.documents.items():
        published = document.get("output", {}).get("security_group_ids", {}).get("value", {})
        for role, value in published.items():
            for group in stacks.references.identities(layer, value):
                if type_of(group) == "aws_security_group" or group.startswith("sg-"):
                    roles[group] = roles.get(group, frozenset()) | {role}
    return roles
