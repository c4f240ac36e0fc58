"""Route 53: a hosted zone that is created with a VPC is private, and a deleted record can be created again.

Symptoms: a private `aws_route53_zone` loses its `vpc` block at the next read. moto requires `PrivateZone` in the
request; for AWS the VPC is enough, and the provider sends nothing else. An alias record whose stack was destroyed
cannot be created again with the same values: moto searches its change log and ignores deletions. `dns.zone_id` refuses
the id of a zone: AWS's begin with Z, and moto's with any letter or digit.
"""

from typing import Any

from moto.route53.models import HostedZoneIdentifier, Route53Backend
from moto.route53.responses import Route53

from local.extensions.patching import wrap_method


@wrap_method(HostedZoneIdentifier, "generate")
def ids_begin_with_z(original: Any, *args: Any, **kwargs: Any) -> str:
    """The id of a new zone, as AWS makes it."""
    return "Z" + str(original(*args, **kwargs))[1:]


@wrap_method(Route53, "create_hosted_zone")
def private_with_vpc(original: Any, response: Any) -> Any:
    """Set `PrivateZone` if the request names a VPC."""
    if response._get_param("VPC.VPCId"):
        response.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
    return original(response)


@wrap_method(Route53Backend, "change_resource_record_sets")
def forget_deleted_records(original: Any, backend: Any, zone_id: str, changes: list[dict[str, Any]]) -> Any:
    """Before a new record is created, remove its earlier changes from the change log."""
    zone = backend.get_hosted_zone(zone_id)
    existing = {(record.name.strip("."), record.type) for record in zone.rrsets}
    for change in changes:
        if change["Action"] != "CREATE":
            continue
        created = (change["ResourceRecordSet"]["Name"].strip("."), change["ResourceRecordSet"]["Type"])
        if created not in existing:
            deleted = [past for past in zone.rr_changes if _names(past) == created]
            for past in deleted:
                zone.rr_changes.remove(past)
    return original(backend, zone_id, changes)


def _names(change: dict[str, Any]) -> tuple[str, str]:
    record = change["ResourceRecordSet"]
    return record["Name"].strip("."), record["Type"]
