"""VPC endpoints: the free gateway endpoint of S3, and interface endpoints of other AWS services."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_endpoint_route_table_association import VpcEndpointRouteTableAssociation
from constructs import Construct

from modules.networking.routes import Egress, RouteTables

FARGATE_SERVICES = ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages")
"""Services that a task without internet access needs to start, to log and for ECS Exec; S3 has its gateway endpoint."""


@dataclass(frozen=True, kw_only=True)
class InterfaceEndpoints:
    """Interface endpoints, with a private address in every zone; each costs money per hour and zone."""

    services: tuple[str, ...] = ()
    """Services in addition to those of `egress = "endpoints"`: the last part of the endpoint's service name,
    for example `sqs` or `monitoring`. None by default, because NAT or public addresses reach them too."""

    role: str = "endpoints"
    """The role, and so the security group, of the endpoints; flows to it on port 443 allow access."""


def endpoint_services(egress: Egress, endpoints: InterfaceEndpoints) -> tuple[str, ...]:
    """The services that get an interface endpoint, each once, in alphabetical order."""
    brought_along = FARGATE_SERVICES if egress == "endpoints" else ()
    return tuple(sorted({*brought_along, *endpoints.services}))


def make_s3_endpoint(scope: Construct, name: str, region: str, vpc_id: str, tables: RouteTables) -> str:
    """Create the gateway endpoint of S3 for public and private subnets, and return the id of its prefix list.

    The isolated subnets get no such route: a database does not need S3 (N02).
    """
    endpoint = VpcEndpoint(
        scope,
        "endpoint-s3",
        vpc_id=vpc_id,
        service_name=_service_name(region, "s3"),
        vpc_endpoint_type="Gateway",
        tags={"Name": f"{name}-s3"},
    )
    # A resource for each route table, so that another zone does not change the endpoint itself.
    for label, table in {"public": tables.public, **{f"private-{z}": t for z, t in tables.private.items()}}.items():
        VpcEndpointRouteTableAssociation(
            scope, f"endpoint-s3-{label}", vpc_endpoint_id=endpoint.id, route_table_id=table
        )
    return endpoint.prefix_list_id


def make_interface_endpoints(
    scope: Construct,
    name: str,
    region: str,
    vpc_id: str,
    services: tuple[str, ...],
    subnet_ids: Mapping[str, str],
    security_group_id: str,
) -> None:
    """Create the interface endpoints in the private subnet of every zone, with private DNS."""
    for service in services:
        VpcEndpoint(
            scope,
            f"endpoint-{service.replace('.', '-')}",
            vpc_id=vpc_id,
            service_name=_service_name(region, service),
            vpc_endpoint_type="Interface",
            subnet_ids=list(subnet_ids.values()),
            security_group_ids=[security_group_id],
            # Programs keep using the public name, for example logs.eu-west-1.amazonaws.com.
            private_dns_enabled=True,
            tags={"Name": f"{name}-{service}"},
        )


def _service_name(region: str, service: str) -> str:
    return f"com.amazonaws.{region}.{service}"
