"""ACM: a certificate is issued as soon as its validation record is in an emulated zone that is delegated.

Symptom: `aws_acm_certificate_validation` waits about a minute, because moto issues a certificate 60 s after the
request, whether or not the record exists. On AWS the record decides, once resolvers find it (N09). Without one, moto's
minute still applies, but not in an account that was started empty. Of a certificate that ACM gave up, each name has a
status that AWS does not know.
"""

from typing import Any

from moto.acm.models import CertBundle
from moto.route53.models import route53_backends

from local.delegation import is_delegated, is_empty
from local.extensions.patching import wrap_method

PENDING = "PENDING_VALIDATION"


@wrap_method(CertBundle, "describe")
def issue_when_validated(original: Any, certificate: Any) -> Any:
    """DescribeCertificate: issue the certificate if its validation records can be found."""
    description = original(certificate)
    if certificate.status == PENDING and _records_exist(description["Certificate"]):
        certificate.status = "ISSUED"
        description = original(certificate)
    for option in description["Certificate"].get("DomainValidationOptions", []):
        if option["ValidationStatus"] not in (PENDING, "SUCCESS"):
            option["ValidationStatus"] = "FAILED"
    return description


@wrap_method(CertBundle, "check")
def not_by_waiting(original: Any, certificate: Any) -> None:
    """In an account that was started empty, time alone issues nothing."""
    before = certificate.status
    original(certificate)
    if before == PENDING and certificate.status == "ISSUED" and is_empty():
        certificate.status = before


def _records_exist(description: dict[str, Any]) -> bool:
    required = {
        (option["ResourceRecord"]["Name"].rstrip("."), option["ResourceRecord"]["Value"].rstrip("."))
        for option in description.get("DomainValidationOptions", [])
        if "ResourceRecord" in option
    }
    return bool(required) and required <= _cname_records(description["CertificateArn"].split(":")[4])


def _cname_records(account_id: str) -> set[tuple[str, str]]:
    return {
        (record_set.name.rstrip("."), value.rstrip("."))
        for zone in route53_backends[account_id]["aws"].zones.values()
        if is_delegated(zone)
        for record_set in zone.rrsets
        if record_set.type == "CNAME"
        for value in record_set.records
    }
