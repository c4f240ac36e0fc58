"""EC2: security group rules that refer to a security group or a prefix list; what does not exist.

Symptom: `aws_vpc_security_group_ingress_rule` and `…_egress_rule` with `referenced_security_group_id` or
`prefix_list_id` show a change of their description in every plan, as moto reads a rule's description only from its CIDR
range. Changes of the group, the prefix list or an IPv6 range are dropped, and appear again in the next plan. A NAT
gateway that does not exist is an empty list, and a network ACL has the error of a route table; clients wait for AWS's.
"""

from inspect import signature
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.network_acls import NetworkAclBackend
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

from local.extensions import ec2_routes, flow_logs
from local.extensions.patching import wrap_method

__all__ = ["ec2_routes", "flow_logs"]


@wrap_method(SecurityGroupRule, "__init__")
def keep_prefix_list(original: Any, rule: Any, *args: Any, **kwargs: Any) -> None:
    """Keep the whole prefix list argument; moto only keeps the id."""
    original(rule, *args, **kwargs)
    rule.prefix_list = signature(original).bind(rule, *args, **kwargs).arguments.get("prefix_list_id") or {}


def _description(rule: Any) -> str | None:
    for peer in (rule.ip_range, rule.source_group, rule.prefix_list):
        if isinstance(peer, dict) and peer.get("Description"):
            return str(peer["Description"])
    return None


SecurityGroupRule.description = property(_description)


@wrap_method(SecurityGroupBackend, "modify_security_group_rules")
def change_peer(original: Any, backend: Any, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
    """ModifySecurityGroupRules; moto itself only changes ports, descriptions and IPv4 ranges."""
    original(backend, group_id, rules)
    group = backend.get_security_group_by_name_or_id(group_id)
    for rule_id, change in rules.items():
        rule = group.get_rule(rule_id)
        if change.get("ReferencedGroupId"):
            rule.source_group = {**rule.source_group, "GroupId": change["ReferencedGroupId"]}
        if change.get("PrefixListId"):
            rule.prefix_list_id = change["PrefixListId"]
        if change.get("CidrIpv6"):
            rule.ip_range = {**rule.ip_range, "CidrIpv6": change["CidrIpv6"]}


@wrap_method(NatGatewayBackend, "describe_nat_gateways")
def know_nat_gateways(original: Any, backend: Any, filters: Any, nat_gateway_ids: list[str] | None) -> list[Any]:
    """DescribeNatGateways; those that are named must exist."""
    for name in nat_gateway_ids or []:
        if name not in backend.nat_gateways:
            raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {name} was not found")
    return list(original(backend, filters, nat_gateway_ids))


@wrap_method(NetworkAclBackend, "describe_network_acls")
def know_network_acls(
    original: Any, backend: Any, network_acl_ids: list[str] | None = None, filters: Any = None
) -> Any:
    """DescribeNetworkAcls, likewise."""
    for name in network_acl_ids or []:
        if name not in backend.network_acls:
            raise EC2ClientError("InvalidNetworkAclID.NotFound", f"The networkAcl ID '{name}' does not exist")
    return original(backend, network_acl_ids, filters)
