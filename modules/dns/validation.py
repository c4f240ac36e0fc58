"""Waits until a certificate is issued."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class CertificateValidationInputs:
    """The certificate to wait for."""

    certificate_arn: str
    """ARN of a certificate whose validation records exist."""


@dataclass(frozen=True, kw_only=True)
class CertificateValidationOutputs:
    """What a listener needs."""

    certificate_arn: str
    """ARN of the certificate, known only once it is issued, so that listeners wait for it."""


class CertificateValidation(Construct):
    """Waits for a certificate. Nothing is created in AWS.

    It is issued only once the parent zone delegates to the zone of its records (N09). So this belongs into a layer
    that is applied after the one that creates the zone: between the two, people delegate.
    """

    outputs: CertificateValidationOutputs

    def __init__(self, scope: Construct, id_: str, inputs: CertificateValidationInputs) -> None:
        super().__init__(scope, id_)
        validation = AcmCertificateValidation(self, "validation", certificate_arn=inputs.certificate_arn)
        self.outputs = CertificateValidationOutputs(certificate_arn=validation.certificate_arn)
