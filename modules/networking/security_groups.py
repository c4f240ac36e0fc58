"""One security group for each role, and the rules between them from the table of flows."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.networking.flows import (
    Cidr,
    Flow,
    Internet,
    OtherSecurityGroup,
    Party,
    PrefixList,
    Role,
    S3Endpoint,
    check_description,
    check_name,
)


def check_table(roles: Mapping[str, str], flows: tuple[Flow, ...]) -> None:
    """Refuse a table with unknown roles, or with two rows that would have the same Terraform address.

    Raises:
        ValueError: names the row or the role.
    """
    for role, description in roles.items():
        check_name("name of a role", role)
        check_description(f"description of role {role!r}", description)
    seen: set[str] = set()
    for flow in flows:
        for party in (flow.source, flow.target):
            if isinstance(party, Role) and party.name not in roles:
                raise ValueError(f"flow {flow.name}: there is no role {party.name!r}; roles are {sorted(roles)}")
            if not isinstance(party, Role) and party.name in roles:
                raise ValueError(f"flow {flow.name}: {party.name!r} is the name of a role; give {party} another name")
        if flow.name in seen:
            raise ValueError(f"flow {flow.name} is in the table twice")
        seen.add(flow.name)


def lock_default_group(scope: Construct, name: str, vpc_id: str) -> None:
    """Remove all rules from the VPC's default security group."""
    group = DefaultSecurityGroup(scope, "default-security-group", vpc_id=vpc_id, tags={"Name": f"{name}-default"})
    # Explicitly empty: if omitted, a rule that is added by hand would never show in a plan.
    group.add_override("ingress", [])
    group.add_override("egress", [])


def make_groups(scope: Construct, name: str, vpc_id: str, roles: Mapping[str, str]) -> dict[str, str]:
    """Create a security group for each role, without rules, and return their ids by role."""
    # A group's description cannot change in place, and a new wording must not replace a group in use.
    lifecycle = TerraformResourceLifecycle(ignore_changes=["description"])
    return {
        role: SecurityGroup(
            scope,
            f"group-{role}",
            name=f"{name}-{role}",
            description=description,
            vpc_id=vpc_id,
            tags={"Name": f"{name}-{role}"},
            lifecycle=lifecycle,
        ).id
        for role, description in roles.items()
    }


def make_rules(scope: Construct, flows: tuple[Flow, ...], group_ids: Mapping[str, str], s3_prefix_list_id: str) -> None:
    """Create the egress rule of each flow's source and the ingress rule of its target, for those that are roles.

    N03: a role that is never a source has no egress rule: Terraform removes EC2's default one.
    """
    for flow in flows:
        if isinstance(flow.source, Role):
            target = _peer(flow.target, group_ids, s3_prefix_list_id)
            VpcSecurityGroupEgressRule(
                scope,
                f"egress-{flow.name}",
                security_group_id=group_ids[flow.source.name],
                description=flow.why,
                ip_protocol="tcp",
                from_port=flow.port,
                to_port=flow.last_port,
                referenced_security_group_id=target.security_group_id,
                cidr_ipv4=target.cidr,
                prefix_list_id=target.prefix_list_id,
            )
        if isinstance(flow.target, Role):
            source = _peer(flow.source, group_ids, s3_prefix_list_id)
            VpcSecurityGroupIngressRule(
                scope,
                f"ingress-{flow.name}",
                security_group_id=group_ids[flow.target.name],
                description=flow.why,
                ip_protocol="tcp",
                from_port=flow.port,
                to_port=flow.last_port,
                referenced_security_group_id=source.security_group_id,
                cidr_ipv4=source.cidr,
                prefix_list_id=source.prefix_list_id,
            )


@dataclass(frozen=True, kw_only=True)
class _Peer:
    """The other end of a rule; EC2 requires exactly one of the three."""

    security_group_id: str | None = None
    cidr: str | None = None
    prefix_list_id: str | None = None


def _peer(party: Party, group_ids: Mapping[str, str], s3_prefix_list_id: str) -> _Peer:
    match party:
        case Role(name):
            return _Peer(security_group_id=group_ids[name])
        case OtherSecurityGroup(security_group_id):
            return _Peer(security_group_id=security_group_id)
        case Cidr(cidr):
            return _Peer(cidr=cidr)
        case Internet():
            return _Peer(cidr="0.0.0.0/0")
        case PrefixList(prefix_list_id):
            return _Peer(prefix_list_id=prefix_list_id)
        case S3Endpoint():
            return _Peer(prefix_list_id=s3_prefix_list_id)
