"""Guards over what services stand on: zones, listeners, target groups, the database, buckets, other layers."""

import json
import re
from collections.abc import Iterator
from typing import Any

from guards.guard import CheckedStacks, Finding, Guard, guard
from terraform.document import blocks

_ZONE = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d[a-z]")
_TLS_1_3 = "TLS13"


@guard("N01", key="network.zones", fix="name the zone in the environment file")
def zones_are_named(stacks: CheckedStacks) -> Iterator[Finding]:
    """Every subnet lies in a zone that the environment file names, and there are two zones at least."""
    zones: dict[str, set[str]] = {}
    for address, body in stacks.resources("aws_subnet"):
        zone = str(body.get("availability_zone", ""))
        if not _ZONE.fullmatch(zone):
            yield address, "the subnet's zone is left to AWS"
        zones.setdefault(str(body.get("vpc_id")), set()).add(zone)
    for vpc, names in zones.items():
        if len(names) < 2:
            yield f"network: {vpc}", f"all subnets lie in {', '.join(names)}"
    for address in stacks.everything:
        if ": data.aws_availability_zone" in address:
            yield address, "which zones there are is asked of AWS, whose answer may change"


@guard("N05", key="load_balancer.https", fix="serve HTTPS by a policy with TLS 1.3, and redirect HTTP to it")
def listeners_speak_modern_tls(stacks: CheckedStacks) -> Iterator[Finding]:
    """HTTPS is TLS 1.3 or 1.2 with a certificate, and where there is HTTPS nothing is served in clear text."""
    encrypted = {
        body.get("load_balancer_arn")
        for _, body in stacks.resources("aws_lb_listener")
        if body.get("protocol") in ("HTTPS", "TLS")
    }
    for address, body in stacks.resources("aws_lb_listener"):
        if body.get("protocol") in ("HTTPS", "TLS"):
            if _TLS_1_3 not in str(body.get("ssl_policy")):
                yield address, f"its policy is {body.get('ssl_policy')}, which is older than TLS 1.3"
            if not body.get("certificate_arn"):
                yield address, "it has no certificate"
        elif body.get("load_balancer_arn") in encrypted and not _only_redirects(body):
            yield address, "it serves in clear text what another listener serves encrypted"


@guard("N06", fix="take modules/alb's target group as it is")
def targets_are_asked_the_agreed_way(stacks: CheckedStacks) -> Iterator[Finding]:
    """A target is asked every 30 s, is healthy after 2 answers, unhealthy after 3, and leaves after 30 s."""
    agreed = {"interval": 30, "healthy_threshold": 2, "unhealthy_threshold": 3}
    for address, body in stacks.resources("aws_lb_target_group"):
        for check in blocks(body, "health_check"):
            for key, value in agreed.items():
                if check.get(key) != value:
                    yield address, f"{key} is {check.get(key)}, not {value}"
        if str(body.get("deregistration_delay")) != "30":
            yield address, f"deregistration_delay is {body.get('deregistration_delay')}, not 30"


@guard("D01", key="database.major_version", fix="name the major version alone")
def minor_versions_follow_aws(stacks: CheckedStacks) -> Iterator[Finding]:
    """The major version of a database is pinned, and AWS keeps the minor one up to date."""
    for address, body in stacks.resources("aws_db_instance"):
        if "replicate_source_db" not in body and not re.fullmatch(r"\d+", str(body.get("engine_version"))):
            yield address, f"engine_version is {body.get('engine_version')}"
        if body.get("auto_minor_version_upgrade") is not True:
            yield address, "auto_minor_version_upgrade is off, so patches do not arrive"


@guard("D02", fix="make the bucket with modules/storage or backend/state_bucket.py")
def buckets_are_private_and_encrypted(stacks: CheckedStacks) -> Iterator[Finding]:
    """A bucket is encrypted, shut to the public by all four switches, and answers over TLS only."""
    encrypted = _buckets_of(stacks, "aws_s3_bucket_server_side_encryption_configuration")
    shut = _buckets_of(stacks, "aws_s3_bucket_public_access_block", _is_shut)
    tls_only = _buckets_of(stacks, "aws_s3_bucket_policy", _demands_tls)
    for address, _ in stacks.resources("aws_s3_bucket"):
        if address not in encrypted:
            yield address, "the bucket says nothing of its encryption"
        if address not in shut:
            yield address, "the bucket is not shut to the public by all four switches"
        if address not in tls_only:
            yield address, "the bucket answers without TLS"


@guard("S01", fix="make the bucket with backend/state_bucket.py")
def states_have_versions(stacks: CheckedStacks) -> Iterator[Finding]:
    """The bucket of the states keeps old versions, so that a broken state can be brought back."""
    versioned = _buckets_of(
        stacks,
        "aws_s3_bucket_versioning",
        lambda body: any(one.get("status") == "Enabled" for one in blocks(body, "versioning_configuration")),
    )
    for address, _ in stacks.resources("aws_s3_bucket"):
        if address.startswith("bootstrap:") and address not in versioned:
            yield address, "old versions of the state are not kept"


@guard("S03", fix="publish an output in the other layer, or take the id from the environment file")
def nothing_is_looked_up_by_its_looks(stacks: CheckedStacks) -> Iterator[Finding]:
    """Layers hand on outputs; no layer searches the account for what carries a tag or fits a filter."""
    for address, body in stacks.everything.items():
        if ": data.aws_" in address and {"filter", "tags", "most_recent", "name_regex"} & set(body):
            yield address, "it takes whatever in the account fits"


GUARDS: tuple[Guard, ...] = (
    zones_are_named,
    listeners_speak_modern_tls,
    targets_are_asked_the_agreed_way,
    minor_versions_follow_aws,
    buckets_are_private_and_encrypted,
    states_have_versions,
    nothing_is_looked_up_by_its_looks,
)


def _buckets_of(stacks: CheckedStacks, resource_type: str, holds: Any = lambda _: True) -> set[str]:
    """Addresses of the buckets for which a resource of this type says what is wanted."""
    return {
        bucket
        for address, body in stacks.resources(resource_type)
        if holds(body)
        for bucket in stacks.behind(address, body.get("bucket", ""))
    }


def _only_redirects(listener: Any) -> bool:
    return all(action.get("type") == "redirect" for action in blocks(listener, "default_action"))


def _is_shut(body: Any) -> bool:
    switches = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    return all(body.get(switch) is True for switch in switches)


def _demands_tls(body: Any) -> bool:
    try:
        statements = json.loads(body["policy"])["Statement"]
    except (KeyError, TypeError, ValueError):
        return False
    return any(
        one.get("Effect") == "Deny"
        and one.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") in ("false", False)
        for one in statements
    )
