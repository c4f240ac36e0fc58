"""Hosted zones, which may exist already, certificates and alias records."""

from modules.dns.certificate import Certificates, CertificatesInputs, CertificatesOutputs
from modules.dns.record import AliasRecord, AliasRecordInputs, AliasRecordOutputs
from modules.dns.validation import (
    CertificateValidation,
    CertificateValidationInputs,
    CertificateValidationOutputs,
)
from modules.dns.zone import Zone, ZoneInputs, ZoneOutputs

__all__ = [
    "AliasRecord",
    "AliasRecordInputs",
    "AliasRecordOutputs",
    "CertificateValidation",
    "CertificateValidationInputs",
    "CertificateValidationOutputs",
    "Certificates",
    "CertificatesInputs",
    "CertificatesOutputs",
    "Zone",
    "ZoneInputs",
    "ZoneOutputs",
]
