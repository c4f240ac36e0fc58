"""Route 53: a hosted zone that is created with a VPC is private, and a record that was deleted can be made again.

Symptoms: a private `aws_route53_zone` loses its `vpc` block at the next read. moto wants `PrivateZone` in the request;
AWS takes the VPC as the sign, and the provider sends nothing else. And an alias record whose stack was destroyed cannot
be created again with the same values: moto looks for it in its journal of changes, deletions or not.
"""

from typing import Any

from moto.route53.models import Route53Backend
from moto.route53.responses import Route53

from local.extensions.patching import wrap_method


@wrap_method(Route53, "create_hosted_zone")
def private_with_vpc(original: Any, response: Any) -> Any:
    """Say `PrivateZone` where a VPC is named."""
    if response._get_param("VPC.VPCId"):
        response.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
    return original(response)


@wrap_method(Route53Backend, "change_resource_record_sets")
def forget_what_is_gone(original: Any, backend: Any, zone_id: str, changes: list[dict[str, Any]]) -> Any:
    """Take a record's past out of the journal before it is created, where the zone has no such record."""
    zone = backend.get_hosted_zone(zone_id)
    there = {(record.name.strip("."), record.type) for record in zone.rrsets}
    for change in changes:
        if change["Action"] != "CREATE":
            continue
        wanted = (change["ResourceRecordSet"]["Name"].strip("."), change["ResourceRecordSet"]["Type"])
        if wanted not in there:
            gone = [past for past in zone.rr_changes if _names(past) == wanted]
            for past in gone:
                zone.rr_changes.remove(past)
    return original(backend, zone_id, changes)


def _names(change: dict[str, Any]) -> tuple[str, str]:
    record = change["ResourceRecordSet"]
    return record["Name"].strip("."), record["Type"]
