"""Route tables, the internet gateway and the NAT gateways."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from constructs import Construct

Egress = Literal["nat-gateway-per-zone", "single-nat-gateway", "endpoints", "public-ip"]
"""How tasks reach destinations outside the VPC.

`nat-gateway-per-zone`: a NAT gateway in every zone. `single-nat-gateway`: one for all zones; cheaper, but it fails with
its zone.
`endpoints`: AWS services only, through interface endpoints. `public-ip`: tasks run in the public subnets.
"""

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class RouteTables:
    """Route tables by tier, and the NAT gateways' public addresses."""

    public: str
    """Id of the table of all public subnets."""

    private: Mapping[str, str]
    """Id of the table of each zone's private subnet."""

    nat_public_ips: Mapping[str, str]
    """Public address of each NAT gateway, by zone."""


def nat_zones(egress: Egress, nat_gateway_zone: str | None, zones: Iterable[str]) -> dict[str, str]:
    """Return which zone's NAT gateway each zone's private subnet uses; empty without NAT gateways.

    Raises:
        ValueError: `egress` is unknown, or `nat_gateway_zone` is missing or not a zone.
    """
    zones = sorted(zones)
    if egress not in get_args(Egress):
        raise ValueError(f"egress is {egress!r}: one of {', '.join(get_args(Egress))} is allowed")
    if nat_gateway_zone is not None and nat_gateway_zone not in zones:
        raise ValueError(f"nat_gateway_zone is {nat_gateway_zone!r}: it must be one of the zones, {', '.join(zones)}")
    if egress == "nat-gateway-per-zone":
        return {zone: zone for zone in zones}
    if egress == "single-nat-gateway":
        if nat_gateway_zone is None:
            raise ValueError(
                f"nat_gateway_zone is missing: egress single-nat-gateway needs one of the zones, {', '.join(zones)}"
            )
        return dict.fromkeys(zones, nat_gateway_zone)
    return {}


def make_routes(
    scope: Construct, name: str, vpc_id: str, subnets: Mapping[str, Mapping[str, str]], nats: Mapping[str, str]
) -> RouteTables:
    """Create a public route table, a private one for each zone, an isolated one, and their gateways."""
    internet = InternetGateway(scope, "internet-gateway", vpc_id=vpc_id, tags={"Name": name})

    public = _table(scope, "public", name, vpc_id)
    Route(scope, "public-internet", route_table_id=public, destination_cidr_block=ANYWHERE, gateway_id=internet.id)
    # N02: this table has only the VPC's local route, which EC2 adds.
    isolated = _table(scope, "isolated", name, vpc_id)

    addresses: dict[str, str] = {}
    gateways: dict[str, str] = {}
    for zone in sorted(set(nats.values())):
        tags = {"Name": f"{name}-nat-{zone}"}
        address = Eip(scope, f"nat-{zone}-address", domain="vpc", tags=tags)
        gateways[zone] = NatGateway(
            scope,
            f"nat-{zone}",
            allocation_id=address.id,
            subnet_id=subnets["public"][zone],
            tags=tags,
            # EC2 creates a NAT gateway only if the VPC already has an internet gateway.
            depends_on=[internet],
        ).id
        addresses[zone] = address.public_ip

    private: dict[str, str] = {}
    for zone in subnets["private"]:
        private[zone] = _table(scope, f"private-{zone}", name, vpc_id)
        if zone in nats:
            Route(
                scope,
                f"private-{zone}-internet",
                route_table_id=private[zone],
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=gateways[nats[zone]],
            )
        _associate(scope, "public", zone, subnets, public)
        _associate(scope, "private", zone, subnets, private[zone])
        _associate(scope, "isolated", zone, subnets, isolated)
    return RouteTables(public=public, private=private, nat_public_ips=addresses)


def _table(scope: Construct, label: str, name: str, vpc_id: str) -> str:
    return RouteTable(scope, f"{label}-routes", vpc_id=vpc_id, tags={"Name": f"{name}-{label}"}).id


def _associate(
    scope: Construct, tier: str, zone: str, subnets: Mapping[str, Mapping[str, str]], route_table_id: str
) -> None:
    RouteTableAssociation(
        scope, f"{tier}-{zone}-association", subnet_id=subnets[tier][zone], route_table_id=route_table_id
    )
