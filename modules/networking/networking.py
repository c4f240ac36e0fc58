"""The network of an environment, from three decisions: zones, egress, and allowed flows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdktf_cdktf_provider_aws.service_discovery_private_dns_namespace import ServiceDiscoveryPrivateDnsNamespace
from cdktf_cdktf_provider_aws.vpc import Vpc
from constructs import Construct

from aws.account import Account
from modules.networking.endpoints import (
    InterfaceEndpoints,
    endpoint_services,
    make_interface_endpoints,
    make_s3_endpoint,
)
from modules.networking.flow_logs import FlowLogs, make_flow_logs, role_name
from modules.networking.flows import Flow
from modules.networking.routes import Egress, make_routes, nat_zones
from modules.networking.security_groups import check_table, lock_default_group, make_groups, make_rules
from modules.networking.subnets import ZoneSubnets, check_ranges, make_subnets


@dataclass(frozen=True, kw_only=True)
class NetworkingInputs:
    """Address ranges, zones, egress and allowed flows of the network. IPv4 only."""

    name: str
    """Name of the VPC and prefix of all names in it; up to 39 characters in the longest region's name (IAM's limit)."""

    account: Account
    """Account and region of the VPC. Flow logs are accepted from this account alone. China's regions are not supported:
    their endpoints have other names."""

    cidr: str
    """IPv4 range of the VPC, /16 to /28."""

    zones: Mapping[str, ZoneSubnets]
    """Two or more availability zones by name (`eu-west-1a`), each with its ranges (N01)."""

    egress: Egress
    """`nat-gateway-per-zone`, `single-nat-gateway`, `endpoints` or `public-ip`; see `Egress`. No default."""

    nat_gateway_zone: str | None = None
    """The zone of the single NAT gateway; required by `single-nat-gateway` only. No implicit "first zone": a new zone
    could otherwise move the gateway and its public address."""

    namespace: str
    """Name of the Cloud Map namespace, a private DNS zone of the VPC, such as `acme-prod.internal` (A11)."""

    roles: Mapping[str, str]
    """Security groups to create: role → description. The description cannot change once the group exists."""

    flows: tuple[Flow, ...] = ()
    """Allowed flows (N03). Empty by default: nothing is allowed."""

    interface_endpoints: InterfaceEndpoints = field(default_factory=InterfaceEndpoints)
    """Interface endpoints in addition to those of egress `endpoints`. None by default."""

    flow_logs: FlowLogs | None = field(default_factory=FlowLogs)
    """Flow logs of the VPC. On by default; None turns them off."""


@dataclass(frozen=True, kw_only=True)
class NetworkingOutputs:
    """Outputs for resources in the network, and for other systems (N07)."""

    vpc_id: str
    """Id of the VPC."""

    vpc_cidr: str
    """IPv4 range of the VPC."""

    public_subnet_ids: Mapping[str, str]
    """Ids of the public subnets, by zone."""

    private_subnet_ids: Mapping[str, str]
    """Ids of the private subnets, by zone."""

    isolated_subnet_ids: Mapping[str, str]
    """Ids of the isolated subnets, by zone."""

    security_group_ids: Mapping[str, str]
    """Ids of the security groups, by role."""

    namespace_id: str
    """Id of the Cloud Map namespace."""

    namespace_arn: str
    """ARN of the Cloud Map namespace, for Service Connect."""

    namespace_name: str
    """Name of the Cloud Map namespace: services are found as `<service>.<namespace>`."""

    s3_prefix_list_id: str
    """Id of the prefix list of S3's addresses in the region."""

    nat_public_ips: Mapping[str, str]
    """Public address of each NAT gateway, by zone, for partners' allow lists. Empty without NAT."""


class Networking(Construct):
    """A VPC with public, private and isolated subnets in named zones, and all its security groups and rules.

    Raises:
        ValueError: ranges do not fit or overlap, the NAT gateway's zone is missing, or a flow is invalid.
    """

    outputs: NetworkingOutputs

    def __init__(self, scope: Construct, id_: str, inputs: NetworkingInputs) -> None:
        super().__init__(scope, id_)
        services = endpoint_services(inputs.egress, inputs.interface_endpoints)
        nats = nat_zones(inputs.egress, inputs.nat_gateway_zone, inputs.zones)
        _check(inputs, services)

        vpc = Vpc(
            self,
            "vpc",
            cidr_block=inputs.cidr,
            # Cloud Map and private DNS of interface endpoints need both.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": inputs.name},
        )
        vpc_id = vpc.id
        lock_default_group(self, inputs.name, vpc_id)
        subnets = make_subnets(self, inputs.name, vpc_id, inputs.zones)
        tables = make_routes(self, inputs.name, vpc_id, subnets, nats)
        s3_prefix_list_id = make_s3_endpoint(self, inputs.name, inputs.account.region, vpc_id, tables)
        groups = make_groups(self, inputs.name, vpc_id, inputs.roles)
        make_rules(self, inputs.flows, groups, s3_prefix_list_id)
        if services:
            make_interface_endpoints(
                self,
                inputs.name,
                inputs.account.region,
                vpc_id,
                services,
                subnets["private"],
                groups[inputs.interface_endpoints.role],
            )
        if inputs.flow_logs is not None:
            make_flow_logs(
                self,
                name=inputs.name,
                account=inputs.account,
                vpc_id=vpc_id,
                logs=inputs.flow_logs,
            )
        namespace = ServiceDiscoveryPrivateDnsNamespace(
            self, "namespace", name=inputs.namespace, vpc=vpc_id, description=f"Services of {inputs.name}"
        )
        self.outputs = NetworkingOutputs(
            vpc_id=vpc_id,
            vpc_cidr=inputs.cidr,
            public_subnet_ids=subnets["public"],
            private_subnet_ids=subnets["private"],
            isolated_subnet_ids=subnets["isolated"],
            security_group_ids=groups,
            namespace_id=namespace.id,
            namespace_arn=namespace.arn,
            namespace_name=inputs.namespace,
            s3_prefix_list_id=s3_prefix_list_id,
            nat_public_ips=tables.nat_public_ips,
        )


def _check(inputs: NetworkingInputs, services: tuple[str, ...]) -> None:
    check_ranges(inputs.cidr, inputs.zones)
    check_table(inputs.roles, inputs.flows)
    role = inputs.interface_endpoints.role
    if services and role not in inputs.roles:
        raise ValueError(f"roles has no {role!r}: the endpoints of {', '.join(services)} need that security group")
    name = role_name(inputs.name, inputs.account.region)
    if inputs.flow_logs is not None and "${" not in name and len(name) > 64:
        raise ValueError(f"name is {inputs.name!r}: the role {name!r} would be longer than IAM's 64 characters")
