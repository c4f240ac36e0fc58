"""A small VPC: two public subnets, and security groups of a load balancer, a web service and a database."""

from typing import Any


class Vpc:
    """Makes it, with groups that let out HTTPS alone; `allow` lets one group reach another.

    Args:
        ec2: client of the embedded AWS.
        region: of the subnets.
    """

    def __init__(self, ec2: Any, region: str) -> None:
        self.ec2 = ec2
        self.vpc_id = str(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])
        subnets = [
            ec2.create_subnet(VpcId=self.vpc_id, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{region}{zone}")
            for n, zone in enumerate("ab")
        ]
        self.subnet_ids = [each["Subnet"]["SubnetId"] for each in subnets]
        self._connect_to_the_internet()
        self.groups = {
            name: str(ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc_id)["GroupId"])
            for name in ("balancer", "web", "database")
        }
        self._leave_only_https("web")
        self._leave_only_https("balancer")

    @property
    def network(self) -> dict[str, Any]:
        """Of the tasks."""
        return {"subnets": self.subnet_ids, "securityGroups": [self.groups["web"]], "assignPublicIp": "ENABLED"}

    def allow(self, source: str, target: str, port: int) -> None:
        """Let a group open connections to another one: a rule at each end."""
        self.ec2.authorize_security_group_ingress(
            GroupId=self.groups[target], IpPermissions=[self.permission(source, port)]
        )
        self.ec2.authorize_security_group_egress(
            GroupId=self.groups[source], IpPermissions=[self.permission(target, port)]
        )

    def permission(self, group: str, port: int) -> dict[str, Any]:
        """A rule about a group and a port."""
        pairs = [{"GroupId": self.groups[group]}]
        return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": pairs}

    def _leave_only_https(self, group: str) -> None:
        """EC2 lets every new group open all connections."""
        everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self.ec2.revoke_security_group_egress(GroupId=self.groups[group], IpPermissions=[everything])
        https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self.ec2.authorize_security_group_egress(GroupId=self.groups[group], IpPermissions=[https])

    def _connect_to_the_internet(self) -> None:
        gateway = self.internet_gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc_id)
        of_vpc = [{"Name": "vpc-id", "Values": [self.vpc_id]}]
        self.routes = self.ec2.describe_route_tables(Filters=of_vpc)["RouteTables"][0]["RouteTableId"]
        self.ec2.create_route(RouteTableId=self.routes, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
