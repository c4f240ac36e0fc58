"""A DNS name for a load balancer."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class AliasRecordInputs:
    """The name, its zone and the load balancer that it points to."""

    zone_id: str
    """Hosted zone of the record; a private zone for an internal load balancer (N08)."""

    name: str
    """Full name of the record, such as `www.acme.example`; the zone's own name is allowed."""

    target_dns_name: str
    """`dns_name` of the load balancer."""

    target_zone_id: str
    """`zone_id` of the load balancer: AWS's own zone of its name."""

    evaluate_target_health: bool = True
    """Return no address while no target is healthy. True by default: clients fail at once."""


@dataclass(frozen=True, kw_only=True)
class AliasRecordOutputs:
    """What links and health checks need."""

    fqdn: str
    """Fully qualified name; known once the record exists."""


class AliasRecord(Construct):
    """An alias record of type A. There is no AAAA record: the network is IPv4 only."""

    outputs: AliasRecordOutputs

    def __init__(self, scope: Construct, id_: str, inputs: AliasRecordInputs) -> None:
        super().__init__(scope, id_)
        record = Route53Record(
            self,
            "record",
            zone_id=inputs.zone_id,
            name=inputs.name,
            type="A",
            alias=Route53RecordAlias(
                name=inputs.target_dns_name,
                zone_id=inputs.target_zone_id,
                evaluate_target_health=inputs.evaluate_target_health,
            ),
        )
        self.outputs = AliasRecordOutputs(fqdn=record.fqdn)
