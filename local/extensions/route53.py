"""Route 53: ids of AWS's form, a hosted zone with a VPC is private, a deleted record can be created again.

Symptoms: a private `aws_route53_zone` loses its `vpc` block at the next read. moto requires `PrivateZone` in the
request; for AWS the VPC is enough, and the provider sends nothing else. An alias record whose stack was destroyed
cannot be created again with the same values: moto searches its change log and ignores deletions. Zones have ids that
AWS's own tools do not take for ids, and an alias keeps the prefix that its zone's id was sent with.
"""

from typing import Any

from moto.route53 import models
from moto.route53.models import Route53Backend
from moto.route53.responses import Route53

from local.extensions.patching import wrap_method

ID_LENGTH = 21
ID_PREFIX = "/hostedzone/"


@wrap_method(models, "create_route53_zone_id")
def begin_with_z(original: Any, *args: Any, **kwargs: Any) -> str:
    """A new id, such as `Z0123456789ABCDEFGHIJ`."""
    return f"Z{original(*args, **kwargs)}"[:ID_LENGTH]


@wrap_method(Route53, "create_hosted_zone")
def private_with_vpc(original: Any, response: Any) -> Any:
    """Set `PrivateZone` if the request names a VPC."""
    if response._get_param("VPC.VPCId"):
        response.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
    return original(response)


@wrap_method(Route53, "list_hosted_zones_by_name")
def say_that_it_is_whole(original: Any, response: Any) -> Any:
    """ListHostedZonesByName, with the members that say that no page follows."""
    answer = original(response)
    answer.result.update(IsTruncated=False, MaxItems=response._get_param("MaxItems") or "100")
    return answer


@wrap_method(Route53Backend, "change_resource_record_sets")
def forget_deleted_records(original: Any, backend: Any, zone_id: str, changes: list[dict[str, Any]]) -> Any:
    """Before a new record is created, remove its earlier changes from the change log."""
    zone = backend.get_hosted_zone(zone_id)
    existing = {(record.name.strip("."), record.type) for record in zone.rrsets}
    for change in changes:
        if alias := change["ResourceRecordSet"].get("AliasTarget"):
            alias["HostedZoneId"] = alias["HostedZoneId"].removeprefix(ID_PREFIX)
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
