"""EC2: Elastic IP addresses that are in use, and internet gateways of VPCs with public addresses.

Symptom of moto besides: an address stays associated with a NAT gateway that is gone, so that nobody could release it.
"""

from typing import Any

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.responses.elastic_ip_addresses import ElasticIPAddresses
from moto.ec2.responses.internet_gateways import InternetGateways
from moto.ec2.responses.nat_gateways import NatGateways

from local.extensions.patching import wrap_method
from local.in_use.interfaces import holders
from local.in_use.refusing import before


@before(ElasticIPAddresses, "release_address")
def address_is_free(response: Any) -> None:
    """ReleaseAddress: nothing is associated with it."""
    address = _address(response, "AllocationId", "allocation_id")
    if address is not None and address.association_id:
        raise EC2ClientError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")


@before(ElasticIPAddresses, "disassociate_address")
def address_is_not_of_a_gateway(response: Any) -> None:
    """DisassociateAddress: it is not the address of a NAT gateway, which keeps it until it is deleted."""
    address = _address(response, "AssociationId", "association_id")
    if address is not None and address.eni is not None and _nat_gateway_with(response.ec2_backend, address.eni):
        raise EC2ClientError("AuthFailure", "You do not have permission to access the specified resource.")


@before(NatGateways, "create_nat_gateway")
def address_is_unused(response: Any) -> None:
    """CreateNatGateway: its address is not another's."""
    address = _address(response, "AllocationId", "allocation_id")
    if address is not None and address.association_id:
        name = address.allocation_id
        raise EC2ClientError("Resource.AlreadyAssociated", f"Elastic IP address [{name}] is already associated")


@before(InternetGateways, "detach_internet_gateway")
def no_public_address_is_left(response: Any) -> None:
    """DetachInternetGateway: nothing in the VPC has a public address."""
    ec2, vpc_id = response.ec2_backend, response._get_param("VpcId")
    subnets = {subnet.id for subnet in ec2.describe_subnets(filters={"vpc-id": vpc_id})}
    if any(each.is_public and each.subnet_ids & subnets for each in holders(ec2)):
        words = (
            "has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
        )
        raise DependencyViolationError(f"Network {vpc_id} {words}")


@wrap_method(NatGatewayBackend, "delete_nat_gateway")
def let_go(original: Any, ec2: Any, nat_gateway_id: str) -> Any:
    """DeleteNatGateway: its interface goes, and its address is free."""
    gateway = original(ec2, nat_gateway_id)
    for address in ec2.addresses:
        if address.eni is gateway._eni:
            ec2.disassociate_address(association_id=address.association_id)
    ec2.enis.pop(gateway._eni.id, None)
    return gateway


def _address(response: Any, parameter: str, attribute: str) -> Any | None:
    """The address that a request names, by an id or as it is."""
    names = response._get_param(parameter), response._get_param("PublicIp")
    for each in response.ec2_backend.addresses:
        if any(name and name in (getattr(each, attribute), each.public_ip) for name in names):
            return each
    return None


def _nat_gateway_with(ec2: Any, interface: Any) -> Any | None:
    return next((each for each in ec2.nat_gateways.values() if each._eni is interface), None)
