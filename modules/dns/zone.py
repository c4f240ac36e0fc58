"""A Route 53 hosted zone, public or private, or one that exists already."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.route53_zone import Route53Zone, Route53ZoneVpc
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class ZoneInputs:
    """The zone's name, and what makes it private or somebody else's."""

    name: str
    """Domain name of the zone, such as `acme.example`."""

    existing_zone_id: str | None = None
    """Id of a zone to use instead of a new one (E11). None by default: a zone is made."""

    private_vpc_id: str | None = None
    """VPC in which alone the zone is answered (N08). None by default: a public zone."""

    force_destroy: bool = False
    """Delete the zone with records that Terraform did not make. False by default: they may be somebody's mail."""


@dataclass(frozen=True, kw_only=True)
class ZoneOutputs:
    """What records and certificates need, and what the domain's registrar needs."""

    zone_id: str
    """Id of the zone, new or existing."""

    name: str
    """Domain name of the zone."""

    name_servers: Sequence[str]
    """Name servers to enter at the registrar or in the parent zone. Empty for a private or existing zone."""


class Zone(Construct):
    """A hosted zone; makes no resource where an existing one is named.

    Raises:
        ValueError: where an existing zone is asked to be private in a VPC.
    """

    outputs: ZoneOutputs

    def __init__(self, scope: Construct, id_: str, inputs: ZoneInputs) -> None:
        super().__init__(scope, id_)
        if inputs.existing_zone_id is not None:
            if inputs.private_vpc_id is not None:
                raise ValueError(
                    f"private_vpc_id is {inputs.private_vpc_id!r} beside existing_zone_id {inputs.existing_zone_id!r}: "
                    "an existing zone keeps its own VPCs; leave one of the two out"
                )
            self.outputs = ZoneOutputs(zone_id=inputs.existing_zone_id, name=inputs.name, name_servers=())
            return
        private = inputs.private_vpc_id is not None
        zone = Route53Zone(
            self,
            "zone",
            name=inputs.name,
            comment=f"{'Private' if private else 'Public'} zone {inputs.name}",
            force_destroy=inputs.force_destroy,
            vpc=[Route53ZoneVpc(vpc_id=inputs.private_vpc_id)] if inputs.private_vpc_id is not None else None,
        )
        self.outputs = ZoneOutputs(
            zone_id=zone.zone_id, name=inputs.name, name_servers=() if private else zone.name_servers
        )
