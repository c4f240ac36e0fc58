"""Hosted zones, certificates and alias records; existing ones can be used."""

from modules.dns.certificate import Certificate, CertificateInputs, CertificateOutputs
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
    "Certificate",
    "CertificateInputs",
    "CertificateOutputs",
    "CertificateValidation",
    "CertificateValidationInputs",
    "CertificateValidationOutputs",
    "Zone",
    "ZoneInputs",
    "ZoneOutputs",
]
