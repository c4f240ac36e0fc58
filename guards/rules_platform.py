"""Guards for what services depend on: zones, listeners, target groups, the database, buckets, other layers."""

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
    """Every subnet is in a zone that the environment file names, and there are at least two zones."""
    zones: dict[str, set[str]] = {}
    for address, body in stacks.resources("aws_subnet"):
        zone = str(body.get("availability_zone", ""))
        if not _ZONE.fullmatch(zone):
            yield address, "the subnet has no availability zone, so AWS chooses one"
        zones.setdefault(str(body.get("vpc_id")), set()).add(zone)
    for vpc, names in zones.items():
        if len(names) < 2:
            yield f"network: {vpc}", f"all subnets are in {', '.join(names)}"
    for address in stacks.bodies:
        if ": data.aws_availability_zone" in address:
            yield address, "the zones are looked up in AWS, so they may change"


@guard("N05", key="load_balancer.https", fix="use a TLS 1.3 policy for HTTPS, and redirect HTTP to it")
def listeners_use_modern_tls(stacks: CheckedStacks) -> Iterator[Finding]:
    """HTTPS uses TLS 1.2 or 1.3 with a certificate; where there is HTTPS, plain HTTP only redirects to its port."""
    encrypted: dict[Any, set[str]] = {}
    for _, body in stacks.resources("aws_lb_listener"):
        if body.get("protocol") in ("HTTPS", "TLS"):
            encrypted.setdefault(body.get("load_balancer_arn"), set()).add(str(body.get("port")))
    for address, body in stacks.resources("aws_lb_listener"):
        if body.get("protocol") in ("HTTPS", "TLS"):
            if _TLS_1_3 not in str(body.get("ssl_policy")):
                yield address, f"its policy is {body.get('ssl_policy')}, which does not support TLS 1.3"
            if not body.get("certificate_arn"):
                yield address, "it has no certificate"
        elif body.get("load_balancer_arn") in encrypted and not _only_redirects(body):
            yield address, "it serves over plain HTTP what another listener serves over HTTPS"
        else:
            for port in _redirect_ports(body) - encrypted.get(body.get("load_balancer_arn"), set()):
                yield address, f"it redirects to port {port}, where no HTTPS listener is"


@guard("N06", fix="use the target group of modules/alb without changes")
def target_health_checks_are_standard(stacks: CheckedStacks) -> Iterator[Finding]:
    """A target is checked every 30 s, is healthy after 2 checks, unhealthy after 3, and deregistered within 30 s."""
    standard = {"interval": 30, "healthy_threshold": 2, "unhealthy_threshold": 3}
    for address, body in stacks.resources("aws_lb_target_group"):
        for check in blocks(body, "health_check"):
            for key, value in standard.items():
                if check.get(key) != value:
                    yield address, f"{key} is {check.get(key)}, not {value}"
        if str(body.get("deregistration_delay")) != "30":
            yield address, f"deregistration_delay is {body.get('deregistration_delay')}, not 30"


@guard("D01", key="database.engine_version", fix="give the major version only")
def minor_versions_upgrade_automatically(stacks: CheckedStacks) -> Iterator[Finding]:
    """The major version of a database is pinned, and AWS upgrades the minor version."""
    for address, body in stacks.resources("aws_db_instance"):
        if "replicate_source_db" not in body and not re.fullmatch(r"\d+", str(body.get("engine_version"))):
            yield address, f"engine_version is {body.get('engine_version')}"
        if body.get("auto_minor_version_upgrade") is not True:
            yield address, "auto_minor_version_upgrade is off, so patches are not installed"


@guard("D02", fix="create the bucket with modules/storage or backend/state_bucket.py")
def buckets_are_private_and_encrypted(stacks: CheckedStacks) -> Iterator[Finding]:
    """A bucket is encrypted, blocks public access with all four settings, and requires TLS."""
    encrypted = _buckets_of(stacks, "aws_s3_bucket_server_side_encryption_configuration")
    private = _buckets_of(stacks, "aws_s3_bucket_public_access_block", _blocks_public_access)
    tls_only = _buckets_of(stacks, "aws_s3_bucket_policy", _requires_tls)
    for address, _ in stacks.resources("aws_s3_bucket"):
        if address not in encrypted:
            yield address, "the bucket has no encryption configuration"
        if address not in private:
            yield address, "the bucket does not block public access with all four settings"
        if address not in tls_only:
            yield address, "the bucket accepts requests without TLS"


@guard("S01", fix="create the bucket with backend/state_bucket.py")
def state_buckets_are_versioned(stacks: CheckedStacks) -> Iterator[Finding]:
    """The bucket of the states is versioned, so that a broken state can be restored."""
    versioned = _buckets_of(
        stacks,
        "aws_s3_bucket_versioning",
        lambda body: any(one.get("status") == "Enabled" for one in blocks(body, "versioning_configuration")),
    )
    for address, _ in stacks.resources("aws_s3_bucket"):
        if address.startswith("bootstrap:") and address not in versioned:
            yield address, "old versions of the states are not kept"


@guard("S03", fix="publish an output in the other layer, or take the id from the environment file")
def nothing_is_looked_up_by_tag_or_filter(stacks: CheckedStacks) -> Iterator[Finding]:
    """Layers read outputs; no layer searches the account by tag or filter."""
    for address, body in stacks.bodies.items():
        if ": data.aws_" in address and {"filter", "tags", "most_recent", "name_regex"} & set(body):
            yield address, "it uses whatever resource in the account matches"


GUARDS: tuple[Guard, ...] = (
    zones_are_named,
    listeners_use_modern_tls,
    target_health_checks_are_standard,
    minor_versions_upgrade_automatically,
    buckets_are_private_and_encrypted,
    state_buckets_are_versioned,
    nothing_is_looked_up_by_tag_or_filter,
)


def _buckets_of(stacks: CheckedStacks, resource_type: str, matches: Any = lambda _: True) -> set[str]:
    """Addresses of the buckets that a matching resource of this type configures."""
    return {
        bucket
        for address, body in stacks.resources(resource_type)
        if matches(body)
        for bucket in stacks.resolve(address, body.get("bucket", ""))
    }


def _only_redirects(listener: Any) -> bool:
    return all(action.get("type") == "redirect" for action in blocks(listener, "default_action"))


def _redirect_ports(listener: Any) -> set[str]:
    """Ports to which the default actions of a listener redirect HTTPS."""
    redirects = [block for action in blocks(listener, "default_action") for block in blocks(action, "redirect")]
    return {str(redirect.get("port", "443")) for redirect in redirects if redirect.get("protocol") == "HTTPS"}


def _blocks_public_access(body: Any) -> bool:
    settings = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    return all(body.get(setting) is True for setting in settings)


def _requires_tls(body: Any) -> bool:
    try:
        statements = json.loads(body["policy"])["Statement"]
    except (KeyError, TypeError, ValueError):
        return False
    return any(
        one.get("Effect") == "Deny"
        and one.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") in ("false", False)
        for one in statements
    )
