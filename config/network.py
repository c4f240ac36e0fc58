"""Addresses, zones and the way out of the VPC; DNS names; the load balancer."""

from typing import Annotated, Literal

from pydantic import Field

from config.base import Cidr, LogRetentionDays, Section, ZoneName
from config.pattern import Pattern

Egress = Literal["nat-gateway-per-zone", "single-nat-gateway", "endpoints", "public-ip"]


class ZoneSubnets(Section):
    """The three subnets of one availability zone."""

    public: Cidr
    """For load balancers, and for tasks where `egress` is `public-ip` (N02)."""

    private: Cidr
    """For the tasks of services and of Airflow."""

    isolated: Cidr
    """For the database and the cache: no route out of the VPC (N02)."""


SubnetId = Annotated[str, Pattern(r"subnet-[0-9a-f]{8,17}", "the id of a subnet, subnet-…", "subnet-0123456789abcdef0")]


class ExistingSubnets(Section):
    """Subnets of one availability zone that are there already."""

    public: SubnetId
    """For load balancers, and for tasks where `egress` is `public-ip`."""

    private: SubnetId
    """For the tasks of services and of Airflow."""

    isolated: SubnetId
    """For the database and the cache: best without a route out of the VPC (N02)."""


class ExistingNetwork(Section):
    """A VPC that somebody else owns; its routes, gateways, endpoints and flow logs stay theirs (E11)."""

    vpc_id: Annotated[str, Pattern(r"vpc-[0-9a-f]{8,17}", "the id of a VPC, vpc-…", "vpc-0123456789abcdef0")]
    """The VPC, in which DNS names are resolved."""

    zones: dict[ZoneName, ExistingSubnets]
    """Two or more zones by name, each with its subnets (N01)."""


class Network(Section):
    """The VPC of the environment: one of its own, or one that is there already."""

    cidr: Cidr | None = None
    """Block of the VPC, /16 to /24. Left out only where `existing` names a VPC."""

    zones: dict[ZoneName, ZoneSubnets] = Field(default_factory=dict)
    """Two or more zones by name, each with its subnets (N01). Adding one moves nothing else."""

    existing: ExistingNetwork | None = None
    """A VPC that is there already, in place of `cidr` and `zones` (E11). Default: one is made."""

    egress: Egress = "nat-gateway-per-zone"
    """How tasks reach AWS's services and the internet: a NAT gateway in each zone (default: one zone's failure stays
    its own), one NAT gateway, VPC endpoints only (no internet at all), or public addresses on the tasks (cheapest)."""

    nat_gateway_zone: ZoneName | None = None
    """The zone of the NAT gateway where `egress` is `single-nat-gateway`. Default: none, then it must be named."""

    interface_endpoints: tuple[
        Annotated[
            str, Pattern(r"[a-z0-9-]+(\.[a-z0-9-]+)*", 'the short name of an AWS service, such as "ecr.api"', "ecr.api")
        ],
        ...,
    ] = ()
    """Interface endpoints beside those that `egress = "endpoints"` makes, such as `ecs`, by which Airflow's workers see
    that they are replaced. Default: none."""

    flow_logs_retention_days: LogRetentionDays = 90
    """How long VPC flow logs are kept."""

    @property
    def zone_names(self) -> tuple[str, ...]:
        """The availability zones."""
        return tuple(self.existing.zones if self.existing is not None else self.zones)
