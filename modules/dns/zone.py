"""A Route 53 hosted zone, public or private, or an existing one."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.route53_zone import Route53Zone, Route53ZoneVpc
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class ZoneInputs:
    """Name of the zone, and whether it is private or exists already."""

    name: str
    """Domain name of the zone, such as `acme.example`."""

    existing_zone_id: str | None = None
    """Id of an existing zone (E11). None by default: a zone is created."""

    private_vpc_id: str | None = None
    """VPC of a private zone (N08). None by default: a public zone."""

    force_destroy: bool = False
    """Delete the zone even if it has records that Terraform did not create. False by default: they may be in use."""


@dataclass(frozen=True, kw_only=True)
class ZoneOutputs:
    """Outputs for records and certificates, and for the domain's registrar."""

    zone_id: str
    """Id of the zone, new or existing."""

    name: str
    """Domain name of the zone."""

    name_servers: Sequence[str]
    """Name servers to enter at the registrar or in the parent zone. Empty for a private or existing zone."""


class Zone(Construct):
    """A hosted zone. Creates nothing for an existing zone.

    Raises:
        ValueError: an existing zone is given together with a VPC.
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
            # Another name is another zone, beside the former one until nothing uses that.
            inputs.name.replace(".", "-"),
            name=inputs.name,
            comment=f"{'Private' if private else 'Public'} zone {inputs.name}",
            force_destroy=inputs.force_destroy,
            vpc=[Route53ZoneVpc(vpc_id=inputs.private_vpc_id)] if inputs.private_vpc_id is not None else None,
        )
        self.outputs = ZoneOutputs(
            zone_id=zone.zone_id, name=inputs.name, name_servers=() if private else zone.name_servers
        )
