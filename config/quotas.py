"""The `[quotas]` section: what AWS has raised for the account."""

from typing import Annotated

from pydantic import Field

from aws.quotas import QUOTAS
from config.base import Section

Raised = Annotated[int, Field(ge=1, le=1_000_000)]


class Quotas(Section):
    """Quotas of the account and region that differ from AWS's defaults (Service Quotas shows them).

    AWS raises a quota on request. `./windlass check` refuses an environment that needs more than these values, and
    lists what needs much of a quota. Other environments in the account use the same quotas, so give what is left.
    """

    fargate_vcpus: Raised | None = None
    """vCPUs of Fargate tasks that run on demand at once ("Fargate On-Demand vCPU resource count"). New accounts may
    have less than the default. Default: 6."""

    fargate_spot_vcpus: Raised | None = None
    """vCPUs of Fargate Spot tasks that run at once ("Fargate Spot vCPU resource count"). New accounts may have less
    than the default. Default: 6."""

    elastic_ips: Raised | None = None
    """Elastic IP addresses, one for each NAT gateway ("EC2-VPC Elastic IPs"). Default: 5."""

    nat_gateways_per_zone: Raised | None = None
    """NAT gateways in one zone ("NAT gateways per Availability Zone"). Default: 5."""

    vpcs: Raised | None = None
    """VPCs ("VPCs per Region"). Default: 5."""

    interface_endpoints: Raised | None = None
    """Interface endpoints of a VPC ("Interface VPC endpoints per VPC"). Default: 50."""

    security_group_rules: Raised | None = None
    """Rules of a security group in one direction ("Inbound or outbound rules per security group"). Default: 60."""

    listeners: Raised | None = None
    """Listeners of the load balancer ("Listeners per Application Load Balancer"). Default: 50."""

    listener_rules: Raised | None = None
    """Rules of all listeners of the load balancer ("Rules per Application Load Balancer"). Default: 100."""

    targets: Raised | None = None
    """Tasks behind the load balancer, of both colours ("Targets per Application Load Balancer"). Default: 1000."""

    listener_certificates: Raised | None = None
    """Certificates of the load balancer beside the default ones of its listeners, one for each host name, and one more
    for each of a service with the strategy `codedeploy` ("Certificates per Application Load Balancer"). Default: 25."""

    iam_roles: Raised | None = None
    """Roles of the account ("Roles per account"). Default: 1000."""

    role_trust_policy_characters: Raised | None = None
    """Length of a role's trust policy ("Role trust policy length"). Default: 2048."""

    database_instances: Raised | None = None
    """Database instances, read replicas among them ("DB instances"). Default: 40."""

    read_replicas: Raised | None = None
    """Read replicas of a database ("Read replicas per primary"). Default: 15."""

    cache_nodes: Raised | None = None
    """Nodes of ElastiCache ("Nodes per Region"). Default: 300."""

    @property
    def raised(self) -> dict[str, int]:
        """The quotas that stand in the file, by key."""
        return {key: value for key in QUOTAS if (value := getattr(self, key)) is not None}

    def value(self, key: str) -> int:
        """What the account has of a quota: the raised value, or AWS's default."""
        raised: int | None = getattr(self, key)
        return QUOTAS[key].default if raised is None else raised
