"""Rules about what exists already: a VPC of one's own, or one that somebody else owns (E11)."""

from collections.abc import Iterator

from config.aws import Aws
from config.errors import MISSING, Problem
from config.network import Network
from config.rules import problem, rule


@rule
def a_vpc_of_its_own_is_described(network: Network) -> Iterator[Problem]:
    """Without an existing VPC one is made, and for that its block and its zones are needed."""
    if network.existing is not None:
        return
    if network.cidr is None:
        message = 'is missing; allowed: a block such as "10.20.0.0/16", or [network.existing] with a VPC that is there'
        yield problem("network/cidr", MISSING, message)
    if not network.zones:
        message = "is missing; allowed: two or more zones with their subnets, or [network.existing] (N01)"
        yield problem("network/zones", MISSING, message)


@rule
def an_existing_vpc_is_left_alone(aws: Aws, network: Network) -> Iterator[Problem]:
    """What belongs to the VPC itself is its owner's."""
    existing = network.existing
    if existing is None:
        return
    for key in ("cidr", "zones", "interface_endpoints"):
        value = getattr(network, key)
        if value:
            shown = value if key == "cidr" else MISSING
            yield problem(f"network/{key}", shown, "belongs to a VPC that is made; leave it out here")
    if network.egress not in ("nat-per-zone", "public-ip"):
        message = (
            "is for a VPC that is made; allowed beside network.existing: "
            '"nat-per-zone" (its own routes lead out), or "public-ip"'
        )
        yield problem("network/egress", network.egress, message)
    if len(existing.zones) < 2:
        message = "names fewer than two availability zones; allowed: two or more (N01)"
        yield problem("network/existing/zones", list(existing.zones), message)
    for zone in existing.zones:
        if zone[:-1] != aws.region:
            message = f'is not in the region; allowed: zones of "{aws.region}", such as "{aws.region}a"'
            yield problem(f"network/existing/zones/{zone}", MISSING, message)
