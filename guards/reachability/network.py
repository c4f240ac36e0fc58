"""The network of an environment as the JSON has it."""

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
    """Ours, and those that members name and that exist already."""
    vpc_cidrs: tuple[IPv4Network, ...]
    roles: Mapping[str, frozenset[str]]
    """Security group → its roles in the table of who may reach whom."""
    s3: frozenset[str]
    """Gateway endpoints of S3, and AWS's own prefix lists of it in a VPC that exists already."""

    @cached_property
    def groups(self) -> frozenset[str]:
        """Every security group that the JSON has something to say of; any other is another system's."""
        carried = {group for member in self.members for group in member.groups}
        return frozenset(carried | set(self.roles) | {rule.group for rule in self.rules})

    def lies_in(self, member: Member) -> list[Subnet]:
        """The subnets of a member, sorted."""
        return [self.subnets[address] for address in sorted(member.subnets)]

    def roles_of(self, member: Member) -> frozenset[str]:
        """What the table calls a member."""
        return self._roles_by_groups(member.groups)

    def rules_of(self, member: Member, *, outgoing: bool) -> list[Rule]:
        """The rules of one direction of a member's groups."""
        return [rule for group in sorted(member.groups) for rule in self._rules_by_group.get((group, outgoing), ())]

    @cached_property
    def _rules_by_group(self) -> Mapping[tuple[str, bool], list[Rule]]:
        found: dict[tuple[str, bool], list[Rule]] = {}
        for rule in self.rules:
            found.setdefault((rule.group, rule.outgoing), []).append(rule)
        return found

    @cached_property
    def _roles_by_groups(self) -> Callable[[frozenset[str]], frozenset[str]]:
        return cache(lambda groups: frozenset(role for group in groups for role in self.roles.get(group, ())))

    def leads_to_the_internet(self, member: Member) -> bool:
        """Whether the internet can send packets to a member: an address of its own, and a gateway before it."""
        return member.public and any(subnet.leads("internet gateway") for subnet in self.lies_in(member))


def read(stacks: Stacks) -> Network:
    """Read the network out of the JSON of all layers."""
    everybody = tuple(sorted(_with_default_group(stacks)))
    found = subnets(stacks)
    for address in {subnet for member in everybody for subnet in member.subnets} - set(found):
        found[address] = Subnet(address=address, cidr=None, exists_already=True)
    every_rule = list(rules(stacks))
    if any(_DEFAULT_GROUP in member.groups for member in everybody):
        every_rule += default_rules(_DEFAULT_GROUP)
    return Network(
        members=everybody,
        rules=tuple(every_rule),
        subnets=found,
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
            # AWS keeps the names that begin so for its own lists.
            if re.fullmatch(r"com\.amazonaws\.[a-z0-9-]+\.s3", str(body.get("name"))):
                yield f"{layer}: data.aws_ec2_managed_prefix_list.{name}"


def _with_default_group(stacks: Stacks) -> list[Member]:
    """Members; whoever names no group has the VPC's default one."""
    ours = frozenset(address for address, _ in stacks.resources("aws_default_security_group"))
    default = ours or frozenset({_DEFAULT_GROUP})
    return [member if member.groups else replace(member, groups=default) for member in members(stacks)]


def _roles(stacks: Stacks) -> dict[str, frozenset[str]]:
    """From the outputs named `security_group_ids`, which are keyed by role (N07)."""
    found: dict[str, frozenset[str]] = {}
    for layer, document in stacks.documents.items():
        published = document.get("output", {}).get("security_group_ids", {}).get("value", {})
        for role, value in published.items():
            for group in stacks.references.identities(layer, value):
                if type_of(group) == "aws_security_group" or group.startswith("sg-"):
                    found[group] = found.get(group, frozenset()) | {role}
    return found
