"""Three subnets in each named zone: public, private and isolated (N01, N02)."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from cdktf_cdktf_provider_aws.subnet import Subnet
from constructs import Construct

TIERS = ("public", "private", "isolated")


@dataclass(frozen=True, kw_only=True)
class ZoneSubnets:
    """IPv4 ranges of one availability zone, within the VPC's range and without overlaps, at least /28."""

    public: str
    """Range of the load balancers and NAT gateways, and of tasks where `egress` is `public-ip` (N02)."""

    private: str
    """Range of the tasks and of the interface endpoints. Every task uses one address."""

    isolated: str
    """Range of the database and the cache; no route leads out of the VPC (N02)."""


def check_ranges(cidr: str, zones: Mapping[str, ZoneSubnets]) -> None:
    """Refuse ranges that EC2 would refuse. Terraform expressions are not checked.

    Raises:
        ValueError: there are fewer than two zones, or a range is not IPv4, is outside the VPC's range, or overlaps.
    """
    if len(zones) < 2:
        raise ValueError(f"zones are {sorted(zones)}: load balancers and databases need two or more")
    vpc = _network("cidr", cidr)
    subnets: dict[str, IPv4Network] = {}
    for zone, ranges in zones.items():
        for tier in TIERS:
            label = f"zones[{zone!r}].{tier}"
            subnet = _network(label, getattr(ranges, tier))
            if subnet is not None:
                subnets[label] = subnet
            if vpc is not None and subnet is not None and not subnet.subnet_of(vpc):
                raise ValueError(f"{label} is {subnet}: it must be within the VPC's {vpc}")
    for (label, subnet), (other_label, other) in itertools.combinations(subnets.items(), 2):
        if subnet.overlaps(other):
            raise ValueError(f"{label} is {subnet}: it overlaps {other_label}, {other}")


def make_subnets(
    scope: Construct, name: str, vpc_id: str, zones: Mapping[str, ZoneSubnets]
) -> dict[str, dict[str, str]]:
    """Create the subnets, and return their ids by tier and zone."""
    return {
        tier: {
            zone: Subnet(
                scope,
                f"{tier}-{zone}",
                vpc_id=vpc_id,
                availability_zone=zone,
                cidr_block=getattr(ranges, tier),
                # A task gets a public address only if its service requests one, never because of its subnet.
                map_public_ip_on_launch=False,
                tags={"Name": f"{name}-{tier}-{zone}"},
            ).id
            for zone, ranges in sorted(zones.items())
        }
        for tier in TIERS
    }


def _network(label: str, cidr: str) -> IPv4Network | None:
    """Return the range, or None for a Terraform expression."""
    if "${" in cidr:
        return None
    try:
        network = IPv4Network(cidr)
    except ValueError as error:
        raise ValueError(f"{label} is {cidr!r}: an IPv4 range such as 10.0.0.0/16 is needed; {error}") from error
    if not 16 <= network.prefixlen <= 28:
        raise ValueError(f"{label} is {cidr}: EC2 allows /16 to /28")
    return network
