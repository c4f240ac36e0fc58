"""The `[network]` section: VPC, subnets, and egress."""

from typing import Annotated, Literal

from pydantic import Field

from config.base import Cidr, LogRetentionDays, Section, ZoneName
from config.pattern import Pattern

Egress = Literal["nat-gateway-per-zone", "single-nat-gateway", "endpoints", "public-ip"]


class ZoneSubnets(Section):
    """The three subnets of one availability zone."""

    public: Annotated[Cidr, Field(examples=["10.20.0.0/22"])]
    """Range of the subnet for load balancers, and for tasks if `egress = "public-ip"` (N02). Must be inside
    `network.cidr`, /28 or larger, and must not overlap another range. Each task uses one address of its subnet."""

    private: Annotated[Cidr, Field(examples=["10.20.64.0/20"])]
    """Range of the subnet for the tasks of services and of Airflow. Must be inside `network.cidr`, /28 or larger, and
    must not overlap another range. Each task uses one address of its subnet."""

    isolated: Annotated[Cidr, Field(examples=["10.20.16.0/22"])]
    """Range of the subnet for the database and the cache, without a route out of the VPC (N02). Must be inside
    `network.cidr`, /28 or larger, and must not overlap another range."""


SubnetId = Annotated[str, Pattern(r"subnet-[0-9a-f]{8,17}", "the id of a subnet, subnet-…", "subnet-0123456789abcdef0")]


class ExistingSubnets(Section):
    """Existing subnets of one availability zone."""

    public: SubnetId
    """Subnet for load balancers, and for tasks if `egress = "public-ip"`."""

    private: SubnetId
    """Subnet for the tasks of services and of Airflow."""

    isolated: SubnetId
    """Subnet for the database and the cache. It should have no route out of the VPC; Windlass cannot check an existing
    subnet (N02)."""


class ExistingNetwork(Section):
    """An existing VPC. Its routes, gateways, endpoints and flow logs are not managed here (E11)."""

    vpc_id: Annotated[str, Pattern(r"vpc-[0-9a-f]{8,17}", "the id of a VPC, vpc-…", "vpc-0123456789abcdef0")]
    """Id of the VPC. DNS support and DNS host names must be enabled in it."""

    zones: dict[ZoneName, ExistingSubnets]
    """Two or more availability zones by name, each with its subnets (N01)."""


class Network(Section):
    """The VPC of the environment, either created or existing."""

    cidr: Cidr | None = None
    """IPv4 range of the VPC, /16 to /24. Required unless `[network.existing]` is used."""

    zones: dict[ZoneName, ZoneSubnets] = Field(default_factory=dict)
    """Two or more availability zones by name, each with its subnets (N01). Adding a zone leaves the others unchanged.
    Required unless `[network.existing]` is used."""

    existing: ExistingNetwork | None = None
    """An existing VPC to use instead of `cidr` and `zones` (E11). Default: a VPC is created."""

    egress: Egress = "nat-gateway-per-zone"
    """How tasks reach AWS services and the internet. With `[network.existing]`, only `nat-gateway-per-zone` (the VPC's
    own routes decide) and `public-ip` are allowed. `nat-gateway-per-zone`: a NAT gateway in each zone, billed per
    gateway and hour and per GB; the failure of one zone leaves the others unaffected. `single-nat-gateway`: one NAT
    gateway for all zones, billed once; if its zone fails, no task reaches the internet. `endpoints`: VPC endpoints,
    billed per endpoint, zone and hour; tasks reach AWS services only, not the internet, and
    images must be in ECR's private registry. `public-ip`: tasks run in the
    public subnets, each with a public IPv4 address, which is billed per hour; no NAT gateway."""

    nat_gateway_zone: ZoneName | None = None
    """Zone of the NAT gateway. Not allowed with another `egress`. Required with `egress = "single-nat-gateway"`."""

    interface_endpoints: tuple[
        Annotated[
            str, Pattern(r"[a-z0-9-]+(\.[a-z0-9-]+)*", 'the short name of an AWS service, such as "ecr.api"', "ecs")
        ],
        ...,
    ] = ()
    """Interface endpoints in addition to those of `egress = "endpoints"`, by the short names of their services.
    `egress = "endpoints"` brings what tasks need: `ecr.api`, `ecr.dkr`, `logs`, `secretsmanager`, `ssm`, `ssmmessages`,
    for Airflow `ecs`, and for ECS Exec `kms`. Billed per endpoint, zone and hour. Not allowed with
    `[network.existing]`. Default: none."""

    flow_logs_retention_days: LogRetentionDays = 90
    """How long VPC flow logs are kept."""

    @property
    def zone_names(self) -> tuple[str, ...]:
        """The availability zones."""
        return tuple(self.existing.zones if self.existing is not None else self.zones)
