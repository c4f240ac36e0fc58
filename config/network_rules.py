"""Rules on the network: block, zones and subnets of a created VPC, and what an existing VPC excludes (E11)."""

import ipaddress
from collections.abc import Iterator
from itertools import combinations

from config.aws import Aws
from config.errors import MISSING, Problem
from config.network import Network
from config.rule import is_valid, problem


def a_created_vpc_has_a_block_and_zones(network: Network) -> Iterator[Problem]:
    """A VPC that is created needs a block and zones."""
    if network.existing is not None:
        return
    if network.cidr is None:
        message = 'is missing; allowed: a block such as "10.20.0.0/16", or [network.existing] with an existing VPC'
        yield problem("network/cidr", MISSING, message)
    if not network.zones:
        message = "is missing; allowed: two or more zones with their subnets, or [network.existing] (N01)"
        yield problem("network/zones", MISSING, message)


def an_existing_vpc_is_not_configured(aws: Aws, network: Network) -> Iterator[Problem]:
    """An existing VPC is configured by its owner."""
    existing = network.existing
    if existing is None:
        return
    for key in ("cidr", "zones", "interface_endpoints"):
        value = getattr(network, key)
        if value:
            shown = value if key == "cidr" else MISSING
            yield problem(f"network/{key}", shown, "belongs to a VPC that is created here; leave it out")
    if network.egress not in ("nat-gateway-per-zone", "public-ip"):
        message = (
            "is for a VPC that is created here; allowed with network.existing: "
            '"nat-gateway-per-zone" (the routes of the VPC decide), or "public-ip"'
        )
        yield problem("network/egress", network.egress, message)
    if len(existing.zones) < 2:
        message = "names fewer than two availability zones; allowed: two or more (N01)"
        yield problem("network/existing/zones", list(existing.zones), message)
    for zone in existing.zones:
        if zone[:-1] != aws.region:
            message = f'is not in the region; allowed: zones of "{aws.region}", such as "{aws.region}a"'
            yield problem(f"network/existing/zones/{zone}", MISSING, message)


def vpc_has_a_size_that_aws_accepts(network: Network) -> Iterator[Problem]:
    """AWS allows /16 to /28 for a VPC; three subnets in each zone need at least a /24."""
    if network.cidr is not None and not 16 <= ipaddress.IPv4Network(network.cidr).prefixlen <= 24:
        yield problem("network/cidr", network.cidr, "is not a size for a VPC; allowed: /16 to /24")


def at_least_two_zones(network: Network) -> Iterator[Problem]:
    """N01: a load balancer and a Multi-AZ database need two zones."""
    if network.existing is None and network.zones and len(network.zones) < 2:
        yield problem(
            "network/zones", list(network.zones), "names fewer than two availability zones; allowed: two or more (N01)"
        )


def zones_are_in_the_region(aws: Aws, network: Network) -> Iterator[Problem]:
    """N01: zones are named in the file, so their names must be those of the region."""
    for zone in network.zones:
        if zone[:-1] != aws.region:
            yield problem(
                f"network/zones/{zone}",
                MISSING,
                f'is not in the region; allowed: zones of "{aws.region}", such as "{aws.region}a"',
            )


def subnets_fit_and_do_not_overlap(network: Network) -> Iterator[Problem]:
    """Every subnet is a /16 to /28 inside the VPC, and no two share an address."""
    if network.cidr is None:
        return
    vpc = ipaddress.IPv4Network(network.cidr)
    valid: list[tuple[str, ipaddress.IPv4Network]] = []
    for zone, subnets in network.zones.items():
        for tier in ("public", "private", "isolated"):
            if not is_valid(subnets, tier):
                continue
            path, block = f"network/zones/{zone}/{tier}", ipaddress.IPv4Network(getattr(subnets, tier))
            if block.prefixlen > 28:
                yield problem(path, str(block), "is too small for a subnet; allowed: /28 or larger")
            elif not block.subnet_of(vpc):
                yield problem(
                    path, str(block), f'does not fit into the VPC; allowed: a block inside network.cidr = "{vpc}"'
                )
            else:
                valid.append((path, block))
    for (first_path, first), (path, block) in combinations(valid, 2):
        if first.overlaps(block):
            yield problem(
                path,
                str(block),
                f'overlaps {first_path.replace("/", ".")} = "{first}"; allowed: a block that does not overlap',
            )


def a_single_nat_gateway_has_a_zone(network: Network) -> Iterator[Problem]:
    """The zone of the single NAT gateway is named, so that adding a zone never moves the gateway."""
    zones = ", ".join(f'"{zone}"' for zone in network.zones)
    if network.egress == "single-nat-gateway" and network.nat_gateway_zone not in network.zones:
        value = network.nat_gateway_zone if network.nat_gateway_zone is not None else MISSING
        yield problem(
            "network/nat_gateway_zone",
            value,
            f'must name the zone of the NAT gateway where egress = "single-nat-gateway"; allowed: {zones}',
        )
    if network.egress != "single-nat-gateway" and network.nat_gateway_zone is not None:
        yield problem(
            "network/nat_gateway_zone",
            network.nat_gateway_zone,
            f'has no effect where egress = "{network.egress}"; leave it out',
        )


RULES = (
    a_created_vpc_has_a_block_and_zones,
    an_existing_vpc_is_not_configured,
    vpc_has_a_size_that_aws_accepts,
    at_least_two_zones,
    zones_are_in_the_region,
    subnets_fit_and_do_not_overlap,
    a_single_nat_gateway_has_a_zone,
)
