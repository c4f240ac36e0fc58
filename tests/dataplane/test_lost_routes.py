"""While a NAT gateway is made or gone, or a zone is taken away, connections out of its subnets time out (curl)."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dataplane.account import Account
from tests.dataplane.running_platform import Platform
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

THROUGH, TIMED_OUT = "0", "28"
"""Exit codes of curl."""
EVERYWHERE = "0.0.0.0/0"


class Zone:
    """A private subnet with a NAT gateway of its own, and a task in it that asks the AWS API again and again."""

    def __init__(self, platform: Platform, number: int) -> None:
        self.platform, self.account = platform, platform.account
        self.ec2 = ec2 = self.account.ec2
        self.subnet = ec2.create_subnet(VpcId=self.account.vpc_id, CidrBlock=f"10.0.{20 + number}.0/24")["Subnet"][
            "SubnetId"
        ]
        self.table = ec2.create_route_table(VpcId=self.account.vpc_id)["RouteTable"]["RouteTableId"]
        self.association = ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.subnet)["AssociationId"]
        self.allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
        self.nat = ""
        self.make_nat()
        ec2.create_route(RouteTableId=self.table, DestinationCidrBlock=EVERYWHERE, NatGatewayId=self.nat)
        ec2.get_waiter("nat_gateway_available").wait(
            NatGatewayIds=[self.nat], WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
        platform.data_plane.wait_until_steady(30)
        url = f"{self.account.endpoint_url}/windlass/identity"
        ask = f"curl --silent --output /dev/null --max-time 1 {url}; echo says $?"
        ask = f"trap 'exit 0' TERM; while sleep 0.3; do {ask}; done"
        network = {"subnets": [self.subnet], "securityGroups": [self.account.groups["web"]]}
        self.task = self.account.start(["bash", "-c", ask], network={**network, "assignPublicIp": "DISABLED"})

    def make_nat(self) -> None:
        public = self.account.subnet_ids[0]
        gateway = self.ec2.create_nat_gateway(SubnetId=public, AllocationId=self.allocation)["NatGateway"]
        self.nat = gateway["NatGatewayId"]

    def says(self, count: int = 1) -> list[str]:
        """Exit codes of the last requests."""
        folder = f"test-web-blue-{self.task.rpartition('/')[2][:12]}"
        log = self.platform.data_plane.settings.tasks_folder / folder / "web.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.removeprefix("says ") for line in lines if line.startswith("says ")][-count:]

    def expect(self, code: str) -> None:
        wait_for(f"curl to end with {code}", lambda: self.says() == [code], 20)

    def interfaces(self) -> list[tuple[str, list[str]]]:
        """Task and groups of each interface in the subnet, as a person sees who holds it."""
        in_subnet = [{"Name": "subnet-id", "Values": [self.subnet]}]
        return [
            (each["Description"].rpartition("attachment/")[2], [group["GroupId"] for group in each["Groups"]])
            for each in self.ec2.describe_network_interfaces(Filters=in_subnet)["NetworkInterfaces"]
        ]

    def remove(self) -> None:
        self.account.ecs.stop_task(cluster="test", task=self.task)
        self.ec2.delete_nat_gateway(NatGatewayId=self.nat)
        self.ec2.release_address(AllocationId=self.allocation)

        def is_stopped() -> bool:
            (task,) = self.account.ecs.describe_tasks(cluster="test", tasks=[self.task])["tasks"]
            return bool(task["lastStatus"] == "STOPPED")

        wait_for("the task to end", is_stopped, 30)
        self.ec2.disassociate_route_table(AssociationId=self.association)
        self.ec2.delete_route_table(RouteTableId=self.table)
        self.ec2.delete_subnet(SubnetId=self.subnet)


@pytest.fixture(scope="module")
def zones(running_platform: Platform) -> Iterator[list[Zone]]:
    zones = [Zone(running_platform, number) for number in range(2)]
    for zone in zones:
        zone.expect(THROUGH)
    yield zones
    for zone in zones:
        zone.remove()


def test_without_its_nat_gateway_a_subnet_reaches_nothing_outside_until_another_is_there(zones: list[Zone]) -> None:
    one, other = zones
    assert one.interfaces() == [(f"{one.task.rpartition('/')[2]}", [one.account.groups["web"]])]
    one.ec2.delete_nat_gateway(NatGatewayId=one.nat)
    one.expect(TIMED_OUT)
    assert other.says(3) == [THROUGH] * 3, "the other zone has a NAT gateway of its own"
    assert blackholes(one.account, one.table) == [one.nat]

    one.ec2.delete_route(RouteTableId=one.table, DestinationCidrBlock=EVERYWHERE)
    one.make_nat()
    one.ec2.create_route(RouteTableId=one.table, DestinationCidrBlock=EVERYWHERE, NatGatewayId=one.nat)
    (gateway,) = one.ec2.describe_nat_gateways(NatGatewayIds=[one.nat])["NatGateways"]
    assert (gateway["State"], one.says()) == ("pending", [TIMED_OUT])
    # Nobody calls EC2 any more; it is there on its own.
    one.expect(THROUGH)
    assert other.says(3) == [THROUGH] * 3


def test_a_zone_that_is_taken_away_takes_the_routes_of_its_subnet(zones: list[Zone]) -> None:
    one, other = zones
    main = {"RouteTableId": one.account.routes, "DestinationCidrBlock": EVERYWHERE}
    one.ec2.disassociate_route_table(AssociationId=one.association)
    # Left is the main table, whose way is an internet gateway: none for a task without a public address.
    assert main["DestinationCidrBlock"] in destinations(one.account, one.account.routes)
    one.expect(TIMED_OUT)
    assert other.says(3) == [THROUGH] * 3
    one.association = one.ec2.associate_route_table(RouteTableId=one.table, SubnetId=one.subnet)["AssociationId"]
    one.expect(THROUGH)


def blackholes(account: Account, table: str) -> list[str]:
    return [each["NatGatewayId"] for each in routes(account, table) if each["State"] == "blackhole"]


def destinations(account: Account, table: str) -> list[str]:
    return [each["DestinationCidrBlock"] for each in routes(account, table)]


def routes(account: Account, table: str) -> list[dict[str, Any]]:
    (answer,) = account.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return list(answer["Routes"])
