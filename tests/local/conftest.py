"""One embedded AWS for the whole folder, in this process, on its own port."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.support.embedded import embedded_aws

REGION = "eu-west-1"


@pytest.fixture(scope="package")
def endpoint_url() -> Iterator[str]:
    with embedded_aws("tests") as url:
        yield url


@pytest.fixture(scope="package")
def client(endpoint_url: str) -> Callable[..., Any]:
    session = boto3.session.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    config = Config(retries={"max_attempts": 1}, proxies={})

    def of(service: str, region: str = REGION) -> Any:
        return session.client(service, region_name=region, endpoint_url=endpoint_url, config=config)

    return of


@pytest.fixture(scope="package")
def subnet_ids(client: Callable[[str], Any]) -> list[str]:
    ec2 = client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    zones = {"10.9.1.0/24": f"{REGION}a", "10.9.2.0/24": f"{REGION}b"}
    return [
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for cidr, zone in zones.items()
    ]
