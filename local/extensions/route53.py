"""Route 53: zones have name servers and ids of AWS's form, those with a VPC are private, deleted records can come back.

Symptoms: a private `aws_route53_zone` loses its `vpc` block at the next read. moto requires `PrivateZone` in the
request; for AWS the VPC is enough, and the provider sends nothing else. An alias record whose stack was destroyed
cannot be created again with the same values: moto searches its change log and ignores deletions. Zones have ids that
neither AWS's own tools nor `dns.zone_id` take for ids, and an alias keeps the prefix that its zone's id was sent with.
All zones have the same four name servers, so that a delegation to those of another zone, or of a deleted one, is right
by chance.
"""

from typing import Any

from moto.moto_api._internal import mock_random
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


@wrap_method(Route53Backend, "create_reusable_delegation_set")
def with_own_name_servers(
    original: Any,
    backend: Any,
    caller_reference: str,
    delegation_set_id: str | None = None,
    hosted_zone_id: str | None = None,
) -> Any:
    """Choose four name servers, unless the request names another zone or set."""
    known = backend.delegation_sets.get(delegation_set_id)
    created = original(backend, caller_reference, delegation_set_id, hosted_zone_id)
    if known is not None:
        created.name_servers = known.name_servers
    elif hosted_zone_id is None:
        number = mock_random.randrange(64)
        created.name_servers = [
            f"ns-{512 * place + mock_random.randrange(512)}.awsdns-{number:02}.{domain}"
            for place, domain in enumerate(("com", "net", "org", "co.uk"))
        ]
    return created


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
