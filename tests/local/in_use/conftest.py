"""A network for what has interfaces."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True, kw_only=True)
class Network:
    """A VPC with two subnets and a security group."""

    ec2: Any
    vpc_id: str
    subnet_ids: list[str]
    group_id: str

    def group(self, name: str) -> str:
        """Another security group."""
        return str(self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc_id)["GroupId"])


@pytest.fixture
def network(client: Callable[[str], Any]) -> Iterator[Network]:
    """A new one for each test; a test that leaves something in it fails, since it cannot be deleted then."""
    ec2 = client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    subnet_ids = [
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.20.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}")[
            "Subnet"
        ]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    group_id = ec2.create_security_group(GroupName="held", Description="held", VpcId=vpc_id)["GroupId"]
    yield Network(ec2=ec2, vpc_id=vpc_id, subnet_ids=subnet_ids, group_id=group_id)
    ec2.delete_security_group(GroupId=group_id)
    for subnet_id in subnet_ids:
        ec2.delete_subnet(SubnetId=subnet_id)
    ec2.delete_vpc(VpcId=vpc_id)
