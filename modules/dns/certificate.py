"""A TLS certificate with its validation records, or an existing one."""

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from aws.quotas import CERTIFICATE_MAIN_NAME_CHARACTERS

VALIDATION_TTL_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class CertificateInputs:
    """Domain names and the zone that validates them, or an existing certificate."""

    domain_name: str | None = None
    """Main name, such as `www.acme.example` or `*.acme.example`. Needed unless a certificate is given."""

    alternative_names: tuple[str, ...] = ()
    """Further names of the same zone. None by default. A change of names
    replaces the certificate."""

    zone_id: str | None = None
    """Public zone that answers for all names. Needed unless a certificate is given."""

    existing_certificate_arn: str | None = None
    """Existing certificate (E11) in the load balancer's region. None by default: one is requested."""

    def __post_init__(self) -> None:
        """Refuse names that ACM would refuse."""
        if len(self.domain_name or "") > CERTIFICATE_MAIN_NAME_CHARACTERS:
            raise ValueError(
                f'domain_name is "{self.domain_name}" of {len(self.domain_name or "")} characters; ACM allows '
                f"{CERTIFICATE_MAIN_NAME_CHARACTERS}, and more for alternative_names"
            )


@dataclass(frozen=True, kw_only=True)
class CertificateOutputs:
    """What a `CertificateValidation` waits for."""

    certificate_arn: str
    """ARN of the certificate. A new one is requested, and not issued yet."""


class Certificate(Construct):
    """A certificate from ACM with its validation records, renewed by AWS. Creates nothing for an existing certificate.

    Raises:
        ValueError: where neither a certificate nor both domain name and zone are given, or all are.
    """

    outputs: CertificateOutputs

    def __init__(self, scope: Construct, id_: str, inputs: CertificateInputs) -> None:
        super().__init__(scope, id_)
        if inputs.existing_certificate_arn is not None:
            if inputs.domain_name is not None or inputs.zone_id is not None or inputs.alternative_names:
                raise ValueError("existing_certificate_arn is given: leave domain_name, alternative_names, zone_id out")
            self.outputs = CertificateOutputs(certificate_arn=inputs.existing_certificate_arn)
            return
        if inputs.domain_name is None or inputs.zone_id is None:
            raise ValueError("domain_name and zone_id are both needed, or existing_certificate_arn")
        certificate = AcmCertificate(
            self,
            "certificate",
            domain_name=inputs.domain_name,
            subject_alternative_names=sorted({*inputs.alternative_names} - {inputs.domain_name}) or None,
            validation_method="DNS",
            tags={"Name": inputs.domain_name},
            # A certificate in use cannot be deleted: the listener must have the new one first.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        _prove(self, certificate, inputs.zone_id, (inputs.domain_name, *inputs.alternative_names))
        self.outputs = CertificateOutputs(certificate_arn=certificate.arn)


def _prove(scope: Construct, certificate: AcmCertificate, zone_id: str, names: tuple[str, ...]) -> None:
    """Create the validation record of each name.

    The options are an unordered set, unknown before the first apply, so each record picks its own by domain: adding a
    name moves no record. `acme.example` and `*.acme.example` share one record.
    """
    options = f"aws_acm_certificate.{certificate.friendly_unique_id}.domain_validation_options"
    for domain in sorted({name.removeprefix("*.") for name in names}):
        option = f'[for o in {options} : o if trimprefix(o.domain_name, "*.") == "{domain}"][0]'
        Route53Record(
            scope,
            f"validation-{domain.replace('.', '-')}",
            zone_id=zone_id,
            name=f"${{{option}.resource_record_name}}",
            type=f"${{{option}.resource_record_type}}",
            records=[f"${{{option}.resource_record_value}}"],
            ttl=VALIDATION_TTL_SECONDS,
            # ACM requests the same record for the same name again, for example in the replacement certificate.
            allow_overwrite=True,
        )
