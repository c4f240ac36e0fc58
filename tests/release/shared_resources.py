"""What the services of all tests share: network, load balancer, cluster; created with boto3 in a second."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import boto3

from release.aws import Aws

REGION = "eu-west-1"
ACCOUNT_ID = "123456789012"
IMAGE = f"{ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com/shop-dev/web"
LOG_GROUP = "/shop/dev/logs"


@contextmanager
def tasks_run_until_stopped() -> Iterator[None]:
    """Moto ends every task successfully after a few reads; here it runs until a test says how it ends."""
    from moto.moto_api import state_manager

    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 1_000_000})
    yield
    state_manager.unset_transition("ecs::task")


def session() -> Any:
    return boto3.session.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)


@dataclass(kw_only=True)
class SharedResources:
    """What the services of all tests share."""

    endpoint_url: str
    aws: Aws
    vpc_id: str
    subnet_ids: list[str]
    security_group_id: str
    listener_arn: str
    cluster_name: str

    @classmethod
    def create(cls, endpoint_url: str, *, name: str = "shop-dev") -> "SharedResources":
        """Create it; the name distinguishes the load balancers of several servers, which share moto's memory."""
        aws = Aws(session(), endpoint_url=endpoint_url)
        client = aws.client
        ec2, elb = client("ec2"), client("elbv2")
        vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
        subnets = [
            ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr, AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
            for cidr, zone in (("10.9.1.0/24", "a"), ("10.9.2.0/24", "b"))
        ]
        group = ec2.create_security_group(GroupName="tasks", Description="Tasks", VpcId=vpc_id)
        balancer = elb.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]
        listener = elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[
                {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}
            ],
        )["Listeners"][0]
        client("ecs").create_cluster(clusterName="shop-dev")
        with suppress(client("ecr").exceptions.RepositoryAlreadyExistsException):
            client("ecr").create_repository(repositoryName="shop-dev/web")
        with suppress(client("logs").exceptions.ResourceAlreadyExistsException):
            client("logs").create_log_group(logGroupName=LOG_GROUP)
        return cls(
            endpoint_url=endpoint_url,
            aws=aws,
            vpc_id=vpc_id,
            subnet_ids=subnets,
            security_group_id=group["GroupId"],
            listener_arn=listener["ListenerArn"],
            cluster_name="shop-dev",
        )
