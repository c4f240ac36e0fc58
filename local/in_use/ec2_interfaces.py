"""EC2: DescribeNetworkInterfaces shows the interfaces that other services have made, as AWS describes them.

Symptom: a group or a subnet cannot be deleted, and nothing says who holds it: moto has interfaces of NAT gateways,
endpoints and mount targets only, without a description, and those of endpoints without their groups.
"""

import hashlib
from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import cycle
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces
from moto.ec2.utils import generic_filter

from local.extensions.patching import wrap_method
from local.in_use.accounts import backend
from local.in_use.interfaces import Holder, holders, placed_tasks

RESERVED_ADDRESSES = 4
"""Of a subnet: AWS keeps the first ones for itself."""
FILTERS = {
    "attachment.instance-owner-id": "requester_id",
    "interface-type": "interface_type",
    "requester-id": "requester_id",
    "status": "status",
}
"""Filter that moto lacks, or answers with its own account → attribute."""


class ManagedInterface(NetworkInterface):  # type: ignore[misc]
    """An interface that another service has made. It is nowhere on record: what has it is."""

    def __init__(self, ec2: Any, holder: Holder, *, subnet: Any, description: str) -> None:
        digest = hashlib.sha256(f"{holder.requester} {description} {subnet.id}".encode()).hexdigest()
        network = IPv4Network(subnet.cidr_block)
        usable = max(1, network.num_addresses - RESERVED_ADDRESSES - 1)
        address = network[RESERVED_ADDRESSES + int(digest, 16) % usable]
        groups = sorted(each for each in holder.group_ids if ec2.get_security_group_from_id(each))
        super().__init__(ec2, subnet, str(address), group_ids=groups, description=description)
        self.id, self.attachment_id = f"eni-{digest[:17]}", f"eni-attach-{digest[17:34]}"
        self.mac_address = ":".join(("02", *(digest[at : at + 2] for at in range(34, 44, 2))))
        self.requester_id, self.requester_managed, self.status = holder.requester, True, "in-use"
        self._public = f"203.0.113.{int(digest[:4], 16) % 254 + 1}" if holder.is_public else ""

    @property
    def attachment(self) -> Any:
        """To what the service keeps, which nobody sees."""
        return {
            "AttachmentId": self.attachment_id,
            "DeleteOnTermination": False,
            "DeviceIndex": 1,
            "InstanceOwnerId": self.requester_id,
            "Status": "attached",
        }

    @property
    def association(self) -> Any:
        """The public address; empty where there is none."""
        return {"IpOwnerId": self.requester_id, "PublicIp": self._public} if self._public else {}


@wrap_method(NetworkInterface, "get_filter_value")
def filter_by_more(original: Any, interface: Any, filter_name: str, method_name: str | None = None) -> Any:
    """DescribeNetworkInterfaces: filters by the service that has made an interface."""
    if filter_name in FILTERS:
        return getattr(interface, FILTERS[filter_name])
    return original(interface, filter_name, method_name)


@wrap_method(ElasticNetworkInterfaces, "describe_network_interfaces")
def show_all(_original: Any, response: Any) -> ActionResult:
    """DescribeNetworkInterfaces."""
    response.error_on_dryrun()
    ec2, names = response.ec2_backend, response._get_param("NetworkInterfaceIds", [])
    _describe_own(ec2)
    managed = {each.id: each for each in _managed(ec2) if not names or each.id in names}
    filters = response._filters_from_querystring()
    others = [each for each in names if each not in managed]
    own = ec2.get_all_network_interfaces(others, filters) if others or not names else []
    return ActionResult({"NetworkInterfaces": [*own, *generic_filter(filters, list(managed.values()))]})


def _managed(ec2: Any) -> Iterator[ManagedInterface]:
    subnets = {subnet.id: subnet for subnet in ec2.describe_subnets()}
    for holder in (*holders(ec2), *placed_tasks(ec2.account_id, ec2.region_name)):
        names = [name for name in sorted(holder.subnet_ids) if name in subnets]
        for name, description in zip(names, cycle(holder.descriptions), strict=False):
            yield ManagedInterface(ec2, holder, subnet=subnets[name], description=description)


def _describe_own(ec2: Any) -> None:
    """Say whose the interfaces are that EC2 has on record."""
    for gateway in ec2.nat_gateways.values():
        gateway._eni.interface_type = "natGateway"
        _describe(gateway._eni, f"Interface for NAT Gateway {gateway.id}")
    for endpoint in ec2.vpc_end_points.values():
        groups = [
            group for each in endpoint.security_group_ids or () if (group := ec2.get_security_group_from_id(each))
        ]
        for name in endpoint.network_interface_ids or ():
            if interface := ec2.enis.get(name):
                interface.interface_type = "vpc_endpoint"
                interface._group_set = groups or interface._group_set
                _describe(interface, f"VPC Endpoint Interface {endpoint.id}")
    if efs := backend("efs", ec2.account_id, ec2.region_name):
        for target in efs.mount_targets_by_id.values():
            if interface := ec2.enis.get(target.network_interface_id):
                words = f"EFS mount target for {target.file_system_id} ({target.mount_target_id})"
                _describe(interface, words)


def _describe(interface: Any, description: str) -> None:
    interface.description, interface.requester_managed, interface.status = description, True, "in-use"
