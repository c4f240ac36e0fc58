"""The `[network]` section: VPC, subnets, and egress."""

from typing import Annotated, Literal

from pydantic import Field

from config.base import Cidr, LogRetentionDays, Section, ZoneName
from config.pattern import Pattern

Egress = Literal["nat-gateway-per-zone", "single-nat-gateway", "endpoints", "public-ip"]


class ZoneSubnets(Section):
    """The three subnets of one availability zone."""

    public: Cidr
    """Block for load balancers, and for tasks where `egress` is `public-ip` (N02)."""

    private: Cidr
    """Block for the tasks of services and of Airflow."""

    isolated: Cidr
    """Block for the database and the cache, without a route out of the VPC (N02)."""


SubnetId = Annotated[str, Pattern(r"subnet-[0-9a-f]{8,17}", "the id of a subnet, subnet-…", "subnet-0123456789abcdef0")]


class ExistingSubnets(Section):
    """Existing subnets of one availability zone."""

    public: SubnetId
    """Subnet for load balancers, and for tasks where `egress` is `public-ip`."""

    private: SubnetId
    """Subnet for the tasks of services and of Airflow."""

    isolated: SubnetId
    """Subnet for the database and the cache, preferably without a route out of the VPC (N02)."""


class ExistingNetwork(Section):
    """An existing VPC. Its routes, gateways, endpoints and flow logs are not managed here (E11)."""

    vpc_id: Annotated[str, Pattern(r"vpc-[0-9a-f]{8,17}", "the id of a VPC, vpc-…", "vpc-0123456789abcdef0")]
    """Id of the VPC. DNS support and DNS host names must be enabled in it."""

    zones: dict[ZoneName, ExistingSubnets]
    """Two or more zones by name, each with its subnets (N01)."""


class Network(Section):
    """The VPC of the environment, either created or existing."""

    cidr: Cidr | None = None
    """IPv4 block of the VPC, /16 to /24. Left out only with `existing`."""

    zones: dict[ZoneName, ZoneSubnets] = Field(default_factory=dict)
    """Two or more availability zones by name, each with its subnets (N01). Adding one leaves the others unchanged."""

    existing: ExistingNetwork | None = None
    """An existing VPC to use instead of `cidr` and `zones` (E11). Default: a VPC is created."""

    egress: Egress = "nat-gateway-per-zone"
    """How tasks reach AWS services and the internet: through a NAT gateway in each zone (the failure of one zone leaves
    the others unaffected), through a single NAT gateway, through VPC endpoints only (no internet access), or with
    public IP addresses (cheapest)."""

    nat_gateway_zone: ZoneName | None = None
    """Zone of the NAT gateway. Required with `egress = "single-nat-gateway"`. Default: none."""

    interface_endpoints: tuple[
        Annotated[
            str, Pattern(r"[a-z0-9-]+(\.[a-z0-9-]+)*", 'the short name of an AWS service, such as "ecr.api"', "ecr.api")
        ],
        ...,
    ] = ()
    """Interface endpoints in addition to those of `egress = "endpoints"`, by the short names of their services.
    Airflow's workers need `ecs` to notice that they are being replaced. Default: none."""

    flow_logs_retention_days: LogRetentionDays = 90
    """How long VPC flow logs are kept. Any of the periods that CloudWatch Logs offers."""

    @property
    def zone_names(self) -> tuple[str, ...]:
        """The availability zones."""
        return tuple(self.existing.zones if self.existing is not None else self.zones)
