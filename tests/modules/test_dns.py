"""Zones, certificates and names for load balancers."""

from typing import Any

import pytest

from modules.dns import (
    AliasRecord,
    AliasRecordInputs,
    Certificates,
    CertificatesInputs,
    CertificatesOutputs,
    CertificateValidation,
    CertificateValidationInputs,
    Zone,
    ZoneInputs,
    ZoneOutputs,
)
from tests.support.stack import Synthesised, module_stack, synthesised


def zone(**inputs: Any) -> tuple[Synthesised, ZoneOutputs]:
    with module_stack() as stack:
        outputs = Zone(stack, "zone", ZoneInputs(**({"name": "acme.example"} | inputs))).outputs
    return synthesised(stack), outputs


def certificates(**names: str) -> tuple[Synthesised, CertificatesOutputs]:
    with module_stack() as stack:
        inputs = CertificatesInputs(names=names, zone_id="Z0123", short_name="acme-prod.acme.example")
        outputs = Certificates(stack, "certificate", inputs).outputs
        for key, arn in outputs.certificate_arns.items():
            stack.add_override(f"output.{key}.value", arn)
    return synthesised(stack), outputs


def test_a_zone_is_public_by_default():
    body = zone()[0].only("aws_route53_zone")
    assert body["name"] == "acme.example"
    assert "vpc" not in body
    assert body["force_destroy"] is False


def test_a_private_zone_is_answered_in_its_vpc_only_and_has_no_name_servers_to_publish():
    result, outputs = zone(private_vpc_id="vpc-0123")
    assert result.only("aws_route53_zone")["vpc"] == [{"vpc_id": "vpc-0123"}]
    assert outputs.name_servers == ()


def test_an_existing_zone_makes_nothing():
    result, outputs = zone(existing_zone_id="Z0123")
    assert result.inventory() == {}
    assert outputs == ZoneOutputs(zone_id="Z0123", name="acme.example", name_servers=())


def test_an_existing_zone_cannot_become_private():
    with pytest.raises(ValueError, match="private_vpc_id is 'vpc-0123' beside existing_zone_id 'Z0123'"):
        zone(existing_zone_id="Z0123", private_vpc_id="vpc-0123")


def test_each_name_has_a_certificate_that_is_proved_by_a_record():
    result, _ = certificates(apex="acme.example", www="www.acme.example")
    requested = result.resources("aws_acm_certificate")
    assert {body["domain_name"] for body in requested.values()} == {"acme.example", "www.acme.example"}
    assert all(body["validation_method"] == "DNS" for body in requested.values())
    assert all("subject_alternative_names" not in body for body in requested.values())
    records = result.resources("aws_route53_record")
    assert [name.rpartition("_")[0] for name in sorted(records)] == [
        "certificate_validation-acme-example",
        "certificate_validation-www-acme-example",
    ]


def test_a_record_picks_its_own_option_by_domain_and_not_by_place():
    result, _ = certificates(apex="acme.example")
    (name,) = result.resources("aws_acm_certificate")
    chosen = (
        f"[for o in aws_acm_certificate.{name}.domain_validation_options : o "
        'if trimprefix(o.domain_name, "*.") == "acme.example"][0]'
    )
    record = result.only("aws_route53_record")
    assert record["name"] == f"${{{chosen}.resource_record_name}}"
    assert record["type"] == f"${{{chosen}.resource_record_type}}"
    assert record["records"] == [f"${{{chosen}.resource_record_value}}"]


def test_a_wildcard_shares_the_record_of_its_domain():
    result, _ = certificates(apex="acme.example", any="*.acme.example")
    assert result.inventory() == {"aws_acm_certificate": 2, "aws_route53_record": 1}


def test_the_tag_of_a_wildcard_has_no_asterisk_which_acm_would_refuse():
    result, _ = certificates(any="*.acme.example")
    body = result.only("aws_acm_certificate")
    assert (body["domain_name"], body["tags"]) == ("*.acme.example", {"Name": "any.acme.example"})


def test_another_name_changes_nothing_that_is_there():
    before, _ = certificates(www="www.acme.example")
    after, _ = certificates(www="www.acme.example", api="api.acme.example", any="*.acme.example")
    for kind in ("aws_acm_certificate", "aws_route53_record"):
        for name, body in before.resources(kind).items():
            assert after.resources(kind)[name] == body


def test_a_name_that_is_too_long_for_a_main_name_has_a_shorter_one_beside_it():
    long = "a" * 53 + ".acme.example"
    result, _ = certificates(long=long)
    body = result.only("aws_acm_certificate")
    assert (body["domain_name"], body["subject_alternative_names"]) == ("acme-prod.acme.example", [long])
    assert result.inventory()["aws_route53_record"] == 2


def test_where_a_certificate_is_requested_again_the_new_one_comes_first():
    result, _ = certificates(apex="acme.example")
    assert result.only("aws_acm_certificate")["lifecycle"] == {"create_before_destroy": True}


def test_a_certificate_is_requested_without_waiting_for_it():
    result, _ = certificates(apex="acme.example")
    assert "aws_acm_certificate_validation" not in result.inventory()
    (name,) = result.resources("aws_acm_certificate")
    assert result.document["output"]["apex"]["value"] == f"${{aws_acm_certificate.{name}.arn}}"


def test_listeners_wait_until_the_certificate_is_issued():
    with module_stack() as stack:
        inputs = CertificateValidationInputs(certificate_arn="arn:certificate")
        stack.add_override("output.arn.value", CertificateValidation(stack, "issued", inputs).outputs.certificate_arn)
    result = synthesised(stack)
    assert result.only("aws_acm_certificate_validation") == {"certificate_arn": "arn:certificate"}
    (validation,) = result.resources("aws_acm_certificate_validation")
    arn = f"${{aws_acm_certificate_validation.{validation}.certificate_arn}}"
    assert result.document["output"]["arn"]["value"] == arn


def test_a_name_is_an_ipv4_alias_of_its_load_balancer():
    with module_stack() as stack:
        AliasRecord(
            stack,
            "name",
            AliasRecordInputs(
                zone_id="Z0123",
                name="www.acme.example",
                target_dns_name="acme.eu-west-1.elb.amazonaws.com",
                target_zone_id="Z32O12XQLNTSW2",
            ),
        )
    record = synthesised(stack).only("aws_route53_record")
    assert record["type"] == "A"
    assert record["alias"] == {
        "name": "acme.eu-west-1.elb.amazonaws.com",
        "zone_id": "Z32O12XQLNTSW2",
        "evaluate_target_health": True,
    }


def test_a_short_name_that_acm_would_refuse_is_refused():
    with pytest.raises(ValueError, match="of 65 characters; ACM allows 64"):
        CertificatesInputs(names={}, zone_id="Z0123", short_name="a" * 53 + ".example.com")
