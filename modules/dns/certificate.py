"""A TLS certificate that proves its domains by DNS records, or one that exists already."""

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

VALIDATION_TTL_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class CertificateInputs:
    """The names of the certificate and the zone that proves them, or a certificate to use."""

    domain_name: str | None = None
    """Main name, such as `www.acme.example` or `*.acme.example`. Needed unless a certificate is given."""

    alternative_names: tuple[str, ...] = ()
    """Further names of the same zone. None by default. Other names mean a new certificate; then the old one goes."""

    zone_id: str | None = None
    """Public zone that answers for all names. Needed unless a certificate is given."""

    existing_certificate_arn: str | None = None
    """Certificate to use instead of a new one (E11), in the load balancer's region. None by default: one is made."""


@dataclass(frozen=True, kw_only=True)
class CertificateOutputs:
    """What a listener needs."""

    certificate_arn: str
    """ARN of the certificate; known only once it is issued, so that listeners wait for it."""


class Certificate(Construct):
    """A certificate from ACM, validated by DNS and renewed by AWS; no resource where an existing one is named.

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
        validation = AcmCertificateValidation(
            self,
            "validation",
            certificate_arn=certificate.arn,
            validation_record_fqdns=_prove(
                self, certificate, inputs.zone_id, (inputs.domain_name, *inputs.alternative_names)
            ),
        )
        self.outputs = CertificateOutputs(certificate_arn=validation.certificate_arn)


def _prove(scope: Construct, certificate: AcmCertificate, zone_id: str, names: tuple[str, ...]) -> list[str]:
    """Make the record that proves each name; returns their names.

    The options are a set without order, unknown before the first apply, so each record picks its own by its domain:
    another name in the certificate moves no record. `acme.example` and `*.acme.example` are proved by the same record.
    """
    fqdns = []
    options = f"aws_acm_certificate.{certificate.friendly_unique_id}.domain_validation_options"
    for domain in sorted({name.removeprefix("*.") for name in names}):
        option = f'[for o in {options} : o if trimprefix(o.domain_name, "*.") == "{domain}"][0]'
        record = Route53Record(
            scope,
            f"validation-{domain.replace('.', '-')}",
            zone_id=zone_id,
            name=f"${{{option}.resource_record_name}}",
            type=f"${{{option}.resource_record_type}}",
            records=[f"${{{option}.resource_record_value}}"],
            ttl=VALIDATION_TTL_SECONDS,
            # ACM asks for the same record again for the same name, in this certificate's successor for example.
            allow_overwrite=True,
        )
        fqdns.append(record.fqdn)
    return fqdns
