"""Mistakes in zones, listeners, target groups, the database, buckets, and between layers."""

from tests.guards.mistakes import Change, Mistake, add, edit, resource
from tests.support.documents import Documents


def one_zone(documents: Documents) -> None:
    for body in documents["network"]["resource"]["aws_subnet"].values():
        body["availability_zone"] = "eu-west-1a"


def look_up_zones(documents: Documents) -> None:
    documents["network"].setdefault("data", {})["aws_availability_zones"] = {"all": {"state": "available"}}


def look_up_vpc(documents: Documents) -> None:
    documents["service"]["data"]["aws_vpc"] = {"vpc": {"tags": {"Environment": "prod"}}}


def without(layer: str, resource_type: str) -> Change:
    return lambda documents: documents[layer]["resource"].pop(resource_type)


def clear_text(documents: Documents) -> None:
    body = resource(documents, "service", "aws_lb_listener", "_http")
    body["default_action"] = [{"type": "fixed-response", "fixed_response": {"status_code": "200"}}]


def redirect_to_nowhere(documents: Documents) -> None:
    action = resource(documents, "service", "aws_lb_listener", "_http")["default_action"][0]
    action["redirect"] |= {"port": "444"}


def slow_check(documents: Documents) -> None:
    resource(documents, "service", "aws_lb_target_group", "blue")["health_check"] |= {"interval": 300}


LISTENER = ("service", "aws_lb_listener", "_https")
ZONES = "zones_are_named"
BUCKETS = "buckets_are_private_and_encrypted"

DELEGATION = "people_can_delegate_before_certificates_are_waited_for"
CERTIFICATE = "${aws_acm_certificate.certificate_name-app-example-com.arn}"

MISTAKES = (
    Mistake(
        DELEGATION,
        "a zone whose name servers nobody learns",
        add("network", "aws_route53_zone", "zone_example-com", name="example.com"),
    ),
    Mistake(
        DELEGATION,
        "a certificate that is waited for where it is requested",
        add("network", "aws_acm_certificate_validation", "certificate_validation", certificate_arn=CERTIFICATE),
    ),
    Mistake(ZONES, "a zone that AWS chooses", edit("network", "aws_subnet", "isolated", availability_zone=None)),
    Mistake(ZONES, "all in one zone", one_zone),
    Mistake(ZONES, "zones that are looked up in AWS", look_up_zones),
    Mistake("listeners_use_modern_tls", "an old policy", edit(*LISTENER, ssl_policy="ELBSecurityPolicy-2016-08")),
    Mistake("listeners_use_modern_tls", "no certificate", edit(*LISTENER, certificate_arn=None)),
    Mistake("listeners_use_modern_tls", "HTTP beside HTTPS", clear_text),
    Mistake("listeners_use_modern_tls", "a redirect to a port without HTTPS", redirect_to_nowhere),
    Mistake("target_health_checks_are_standard", "a check every five minutes", slow_check),
    Mistake(
        "target_health_checks_are_standard",
        "targets that stay for five minutes",
        edit("service", "aws_lb_target_group", "blue", deregistration_delay="300"),
    ),
    Mistake(
        "minor_versions_upgrade_automatically",
        "a minor version",
        edit("data", "aws_db_instance", "", engine_version="16.4"),
    ),
    Mistake(
        "minor_versions_upgrade_automatically",
        "no patches",
        edit("data", "aws_db_instance", "", auto_minor_version_upgrade=False),
    ),
    Mistake(BUCKETS, "no encryption", without("data", "aws_s3_bucket_server_side_encryption_configuration")),
    Mistake(BUCKETS, "one switch off", edit("data", "aws_s3_bucket_public_access_block", "", block_public_acls=False)),
    Mistake(BUCKETS, "a state bucket without TLS", without("bootstrap", "aws_s3_bucket_policy")),
    Mistake("state_buckets_are_versioned", "states without versions", without("bootstrap", "aws_s3_bucket_versioning")),
    Mistake(
        "calls_without_egress_have_endpoints",
        "neither a NAT gateway nor endpoints",
        without("network", "aws_nat_gateway"),
    ),
    Mistake(
        "names_of_resources_are_references",
        "a repository by its name",
        edit("data", "aws_ecr_lifecycle_policy", "web", repository="windlass-prod/web"),
    ),
    Mistake(
        "roles_have_their_policies_before_they_act",
        "a flow log that may be there before its role can write",
        edit("network", "aws_flow_log", "", depends_on=[]),
    ),
    Mistake(
        "roles_have_their_policies_before_they_act",
        "a database that may be there before its role can monitor",
        edit("data", "aws_db_instance", "", depends_on=[]),
    ),
    Mistake("nothing_is_looked_up_by_tag_or_filter", "a VPC that is found by a tag", look_up_vpc),
)
