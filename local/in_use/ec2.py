"""EC2: VPCs, subnets and security groups with something in them; groups to which others' rules refer; route tables."""

from collections.abc import Iterator
from typing import Any

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces
from moto.ec2.responses.security_groups import SecurityGroups
from moto.ec2.responses.subnets import Subnets
from moto.ec2.responses.vpcs import VPCs

from local.in_use import ec2_addresses, ec2_interfaces
from local.in_use.interfaces import holders
from local.in_use.refusing import before

__all__ = ["ec2_addresses", "ec2_interfaces"]


@before(SecurityGroups, "delete_security_group")
def security_group_is_free(response: Any) -> None:
    """DeleteSecurityGroup: no interface carries it, and no rule of another group refers to it."""
    ec2, group_id = response.ec2_backend, response._get_param("GroupId")
    group = ec2.get_security_group_from_id(group_id) if group_id else None
    if group is None:
        return
    if group.name == "default":
        words = f'the specified group: "{group_id}" name: "default" cannot be deleted by a user'
        raise EC2ClientError("CannotDelete", words)
    carried = any(group_id in each.group_ids for each in holders(ec2))
    if carried or group_id in _peers_of_others(ec2, group):
        raise DependencyViolationError(f"resource {group_id} has a dependent object")


def _peers_of_others(ec2: Any, group: Any) -> set[str]:
    """Groups to which rules refer, but for the group's own."""
    return {
        rule.source_group["GroupId"]
        for groups in ec2.groups.values()
        for other in groups.values()
        if other is not group
        for rule in (*other.ingress_rules, *other.egress_rules)
        if rule.source_group.get("GroupId")
    }


@before(Subnets, "delete_subnet")
def subnet_is_free(response: Any) -> None:
    """DeleteSubnet: no interface is in it."""
    subnet_id = response._get_param("SubnetId")
    if any(subnet_id in each.subnet_ids for each in holders(response.ec2_backend)):
        raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")


@before(VPCs, "delete_vpc")
def vpc_is_empty(response: Any) -> None:
    """DeleteVpc: nothing is in it but its main route table and what is called default."""
    vpc_id = response._get_param("VpcId")
    if any(_within(response.ec2_backend, vpc_id)):
        raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")


def _within(ec2: Any, vpc_id: str) -> Iterator[str]:
    """Ids of what is in a VPC, besides what moto knows itself."""
    yield from (each.id for each in ec2.groups[vpc_id].values() if each.name != "default")
    yield from (each.id for each in ec2.internet_gateways.values() if each.vpc and each.vpc.id == vpc_id)
    yield from (each.id for each in ec2.vpc_end_points.values() if each.vpc_id == vpc_id and each.state != "deleted")
    yield from (each.id for each in ec2.network_acls.values() if each.vpc_id == vpc_id and not each.default)


@before(ElasticNetworkInterfaces, "delete_network_interface")
def interface_is_free(response: Any) -> None:
    """DeleteNetworkInterface: neither a NAT gateway nor an endpoint nor a mount target nor a task has it."""
    ec2, name = response.ec2_backend, response._get_param("NetworkInterfaceId")
    of_others = {each._eni.id for each in ec2.nat_gateways.values() if each.state != "deleted"}
    for endpoint in ec2.vpc_end_points.values():
        of_others.update(endpoint.network_interface_ids or ())
    interface = ec2.enis.get(name)
    if interface is not None and (name in of_others or interface.status == "in-use"):
        raise EC2ClientError("InvalidParameterValue", f"Network interface '{name}' is currently in use.")


@before(VPCs, "create_vpc_endpoint")
def private_name_is_free(response: Any) -> None:
    """CreateVpcEndpoint: one interface endpoint of a service in a VPC has its private name."""
    vpc_id, service = response._get_param("VpcId"), response._get_param("ServiceName")
    wants_name = response._get_bool_param("PrivateDnsEnabled", if_none=True)
    if response._get_param("VpcEndpointType") != "Interface" or not wants_name:
        return
    for each in response.ec2_backend.vpc_end_points.values():
        same = (each.vpc_id, each.service_name, each.vpc_endpoint_type) == (vpc_id, service, "Interface")
        if same and each.private_dns_enabled and each.state != "deleted":
            name = f"{service.rpartition('.')[2]}.{response.region}.amazonaws.com"
            words = f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {name}"
            raise EC2ClientError("InvalidParameter", f"{words} in the VPC {vpc_id}")
