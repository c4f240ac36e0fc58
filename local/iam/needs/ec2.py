"""EC2: resources by the ids that a call names."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.iam.calls import Call
from local.iam.needs.need import Need, arn, request_tags, tags_of

TYPES: Mapping[str, str] = {
    "acl": "network-acl",
    "dopt": "dhcp-options",
    "eigw": "egress-only-internet-gateway",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "snap": "snapshot",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "vpce-svc": "vpc-endpoint-service",
}
CREATED: Mapping[str, str] = {
    "AllocateAddress": "elastic-ip",
    "CreateDhcpOptions": "dhcp-options",
    "CreateEgressOnlyInternetGateway": "egress-only-internet-gateway",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateInternetGateway": "internet-gateway",
    "CreateNatGateway": "natgateway",
    "CreateNetworkAcl": "network-acl",
    "CreateNetworkInterface": "network-interface",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
}
ONLY: Mapping[str, tuple[str, ...]] = {
    "CreateRoute": ("RouteTableId",),
    "ReplaceRoute": ("RouteTableId",),
    "DeleteRoute": ("RouteTableId",),
    "AuthorizeSecurityGroupIngress": ("GroupId",),
    "AuthorizeSecurityGroupEgress": ("GroupId",),
    "RevokeSecurityGroupIngress": ("GroupId", "SecurityGroupRuleIds"),
    "RevokeSecurityGroupEgress": ("GroupId", "SecurityGroupRuleIds"),
    "UpdateSecurityGroupRuleDescriptionsIngress": ("GroupId",),
    "UpdateSecurityGroupRuleDescriptionsEgress": ("GroupId",),
}
"""Operation → the parameters that name its resources, where others name what it only refers to."""
_ID = re.compile(r"(?P<type>[a-z]+(?:-svc)?)-[0-9a-f]{8,17}")


def needs_of_ec2(call: Call) -> Iterator[Need]:
    """What a call of EC2 needs: the action on everything that it names, and on what it creates."""
    operation = call.operation
    tags = tags_of(call.parameters)
    context: dict[str, str | tuple[str, ...]] = {"ec2:Region": call.region, **request_tags(tags)}
    created = [arn(call, "ec2", f"{CREATED[operation]}/*")] if operation in CREATED else []
    resources = ["*"] if operation.startswith(("Describe", "Get", "Search")) else [*created, *_named(call)]
    for resource in dict.fromkeys(resources or ["*"]):
        yield Need(action=f"ec2:{operation}", resource=resource, context=context)
    if tags and created:
        yield Need(action="ec2:CreateTags", resource=created[0], context={**context, "ec2:CreateAction": operation})


def _named(call: Call) -> Iterator[str]:
    only = ONLY.get(call.operation)
    named = call.parameters if only is None else {name: call.parameters.get(name) for name in only}
    for text in _texts(named):
        match = _ID.fullmatch(text)
        if match is not None and match["type"] in TYPES:
            yield arn(call, "ec2", f"{TYPES[match['type']]}/{text}")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
