"""ACM: a certificate is issued as soon as its validation record is in an emulated Route 53 zone.

Symptom: `aws_acm_certificate_validation` waits about a minute, because moto issues a certificate 60 s after the
request, whether or not the record exists. On AWS the record decides. Without one, moto's minute still applies.
"""

from typing import Any

from moto.acm.models import CertBundle
from moto.route53.models import route53_backends

from local.extensions.patching import wrap_method


@wrap_method(CertBundle, "describe")
def issue_when_validated(original: Any, certificate: Any) -> Any:
    """DescribeCertificate: issue the certificate if its validation records exist."""
    description = original(certificate)
    if certificate.status == "PENDING_VALIDATION" and _records_exist(description["Certificate"]):
        certificate.status = "ISSUED"
        return original(certificate)
    return description


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
        for record_set in zone.rrsets
        if record_set.type == "CNAME"
        for value in record_set.records
    }
