"""What is in a network cannot be taken from under what uses it."""

import re

import pytest

from tests.local.in_use import holders
from tests.local.in_use.refusals import refused

pytestmark = pytest.mark.slow

DESCRIPTIONS = {
    holders.load_balancer: r"ELB app/holds/[0-9a-f]+",
    holders.endpoint: r"VPC Endpoint Interface vpce-[0-9a-f]+",
    holders.mount_targets: r"EFS mount target for fs-[0-9a-f]+ \(fsmt-[0-9a-f]+\)",
    holders.database: r"RDSNetworkInterface",
    holders.proxy: r"Network interface for DBProxy holds",
    holders.cache: r"ElastiCache holds-00[12]",
    holders.service: r"arn:aws:ecs:eu-west-1:123456789012:attachment/web",
}
"""What holds a network → how AWS describes its interfaces."""


@pytest.mark.parametrize("make", DESCRIPTIONS, ids=lambda make: make.__name__)
def test_a_subnet_and_a_group_stay_while_something_has_interfaces_in_them(client, network, make):
    undo = make(client, network)
    with refused("DependencyViolation", f"resource {network.group_id} has a dependent object"):
        network.ec2.delete_security_group(GroupId=network.group_id)
    for subnet_id in network.subnet_ids:
        with refused("DependencyViolation", f"The subnet '{subnet_id}' has dependencies and cannot be deleted."):
            network.ec2.delete_subnet(SubnetId=subnet_id)
    assert len(network.ec2.describe_subnets(SubnetIds=network.subnet_ids)["Subnets"]) == 2
    assert network.ec2.describe_security_groups(GroupIds=[network.group_id])["SecurityGroups"]
    assert {each["SubnetId"] for each in interfaces(network)} == set(network.subnet_ids)
    for each in interfaces(network):
        assert re.fullmatch(DESCRIPTIONS[make], each["Description"]), each
        assert (each["RequesterManaged"], each["Status"], each["VpcId"]) == (True, "in-use", network.vpc_id)
        (again,) = network.ec2.describe_network_interfaces(NetworkInterfaceIds=[each["NetworkInterfaceId"]])[
            "NetworkInterfaces"
        ]
        assert again["PrivateIpAddress"] == each["PrivateIpAddress"]
    undo()
    assert interfaces(network) == []


def interfaces(network):
    """Who holds the group, as a person asks."""
    of_group = [{"Name": "group-id", "Values": [network.group_id]}]
    return network.ec2.describe_network_interfaces(Filters=of_group)["NetworkInterfaces"]


def test_the_service_that_has_made_an_interface_can_be_asked_for(client, network):
    undo = holders.load_balancer(client, network)
    for name, value in (
        ("requester-id", "amazon-elb"),
        ("attachment.instance-owner-id", "amazon-elb"),
        ("description", "ELB app/holds/*"),
    ):
        filters = [{"Name": name, "Values": [value]}, {"Name": "vpc-id", "Values": [network.vpc_id]}]
        assert len(network.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]) == 2
    undo()


def test_a_group_stays_while_rules_of_another_group_refer_to_it(network):
    other = network.group("refers")
    own = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": network.group_id}]}
    for direction in ("ingress", "egress"):
        getattr(network.ec2, f"authorize_security_group_{direction}")(GroupId=other, IpPermissions=[rule])
        with refused("DependencyViolation", f"resource {network.group_id} has a dependent object"):
            network.ec2.delete_security_group(GroupId=network.group_id)
        getattr(network.ec2, f"revoke_security_group_{direction}")(GroupId=other, IpPermissions=[rule])
    itself = {**own, "UserIdGroupPairs": [{"GroupId": other}]}
    network.ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[itself])
    network.ec2.delete_security_group(GroupId=other)


def test_a_database_without_a_subnet_group_holds_no_subnet(client, network):
    rds = client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="alone", Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
        MasterUsername="postgres", MasterUserPassword="not-a-secret",
    )  # fmt: skip
    network.ec2.delete_security_group(GroupId=network.group("free"))
    rds.delete_db_instance(DBInstanceIdentifier="alone", SkipFinalSnapshot=True)


def test_nobody_deletes_a_default_group(network):
    filters = [{"Name": "vpc-id", "Values": [network.vpc_id]}, {"Name": "group-name", "Values": ["default"]}]
    (group,) = network.ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    words = f'the specified group: "{group["GroupId"]}" name: "default" cannot be deleted by a user'
    with refused("CannotDelete", words):
        network.ec2.delete_security_group(GroupId=group["GroupId"])


@pytest.mark.parametrize("what", ["gateway", "group", "gateway endpoint"])
def test_a_vpc_stays_while_something_is_in_it(client, what):
    ec2 = client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.21.0.0/16")["Vpc"]["VpcId"]
    if what == "gateway":
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
        undo = lambda: ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)  # noqa: E731
    elif what == "group":
        group = ec2.create_security_group(GroupName="one", Description="one", VpcId=vpc_id)["GroupId"]
        undo = lambda: ec2.delete_security_group(GroupId=group)  # noqa: E731
    else:
        service = "com.amazonaws.eu-west-1.s3"
        name = ec2.create_vpc_endpoint(VpcId=vpc_id, ServiceName=service, VpcEndpointType="Gateway")["VpcEndpoint"]
        undo = lambda: ec2.delete_vpc_endpoints(VpcEndpointIds=[name["VpcEndpointId"]])  # noqa: E731
    with refused("DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted."):
        ec2.delete_vpc(VpcId=vpc_id)
    assert ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"]
    undo()
    ec2.delete_vpc(VpcId=vpc_id)


def test_addresses_and_the_gateway_stay_while_a_nat_gateway_needs_them(network):
    ec2, (subnet_id, _) = network.ec2, network.subnet_ids
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network.vpc_id)
    address = ec2.allocate_address(Domain="vpc")
    name = address["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet_id, AllocationId=name)["NatGateway"]
    (described,) = ec2.describe_addresses(AllocationIds=[name])["Addresses"]

    with refused("InvalidIPAddress.InUse", f"Address {address['PublicIp']} is in use."):
        ec2.release_address(AllocationId=name)
    with refused("AuthFailure", "You do not have permission to access the specified resource."):
        ec2.disassociate_address(AssociationId=described["AssociationId"])
    with refused("Resource.AlreadyAssociated", f"Elastic IP address [{name}] is already associated"):
        ec2.create_nat_gateway(SubnetId=subnet_id, AllocationId=name)
    mapped = "has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
    with refused("DependencyViolation", f"Network {network.vpc_id} {mapped}"):
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=network.vpc_id)
    interface = nat["NatGatewayAddresses"][0]["NetworkInterfaceId"]
    with refused("InvalidParameterValue", f"Network interface '{interface}' is currently in use."):
        ec2.delete_network_interface(NetworkInterfaceId=interface)
    with refused("DependencyViolation", f"The subnet '{subnet_id}' has dependencies and cannot be deleted."):
        ec2.delete_subnet(SubnetId=subnet_id)

    ec2.delete_nat_gateway(NatGatewayId=nat["NatGatewayId"])
    ec2.release_address(AllocationId=name)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=network.vpc_id)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)


def test_a_gateway_stays_attached_while_a_public_load_balancer_is_there(client, network):
    ec2, elbv2 = network.ec2, client("elbv2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network.vpc_id)
    with refused("DependencyViolation", f"{gateway} is being utilized by {network.vpc_id}"):
        ec2.delete_internet_gateway(InternetGatewayId=gateway)
    arn = elbv2.create_load_balancer(Name="public", Subnets=network.subnet_ids)["LoadBalancers"][0]["LoadBalancerArn"]
    mapped = "has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
    with refused("DependencyViolation", f"Network {network.vpc_id} {mapped}"):
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=network.vpc_id)
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=network.vpc_id)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)


def test_one_endpoint_of_a_service_has_the_private_name(client, network):
    undo = holders.endpoint(client, network)
    words = "private-dns-enabled cannot be set because there is already a conflicting DNS domain for"
    with refused("InvalidParameter", f"{words} logs.eu-west-1.amazonaws.com in the VPC {network.vpc_id}"):
        holders.endpoint(client, network)
    undo()
    holders.endpoint(client, network)()


def test_a_route_table_stays_while_a_subnet_has_it(network):
    ec2, (subnet_id, _) = network.ec2, network.subnet_ids
    table = ec2.create_route_table(VpcId=network.vpc_id)["RouteTable"]["RouteTableId"]
    association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnet_id)["AssociationId"]
    words = f"The routeTable '{table}' has dependencies and cannot be deleted."
    with refused("DependencyViolation", words):
        ec2.delete_route_table(RouteTableId=table)
    ec2.disassociate_route_table(AssociationId=association)
    ec2.delete_route_table(RouteTableId=table)
