"""TLS certificates with their validation records: one for each name."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from aws.quotas import CERTIFICATE_MAIN_NAME_CHARACTERS

VALIDATION_TTL_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class CertificatesInputs:
    """Names, and the zone that proves that they are yours."""

    names: Mapping[str, str]
    """Names by a key of your own, such as `{"www": "www.acme.example"}`; `*.acme.example` is a name, too. The key is
    part of the address. Another name needs another key: a certificate's name cannot be changed."""

    zone_id: str
    """Public zone that answers for all names."""

    short_name: str
    """Main name of a certificate whose own name is longer than ACM allows for a main name; of the same zone."""

    def __post_init__(self) -> None:
        """Refuse names that ACM would refuse."""
        if _is_long(self.short_name):
            raise ValueError(
                f'short_name is "{self.short_name}" of {len(self.short_name)} characters; ACM allows '
                f"{CERTIFICATE_MAIN_NAME_CHARACTERS} for a main name"
            )


@dataclass(frozen=True, kw_only=True)
class CertificatesOutputs:
    """What a `CertificateValidation` waits for."""

    certificate_arns: Mapping[str, str]
    """ARNs of the certificates, by the keys of their names. They are requested, and not issued yet."""


class Certificates(Construct):
    """A certificate from ACM for each name, renewed by AWS, with the records that prove the names."""

    outputs: CertificatesOutputs

    def __init__(self, scope: Construct, id_: str, inputs: CertificatesInputs) -> None:
        super().__init__(scope, id_)
        certificates = {key: self._certificate(key, name, inputs.short_name) for key, name in inputs.names.items()}
        proofs: dict[str, AcmCertificate] = {}
        for key, name in sorted(inputs.names.items(), key=lambda each: each[1]):
            for domain in dict.fromkeys(each.removeprefix("*.") for each in _names(name, inputs.short_name)):
                proofs.setdefault(domain, certificates[key])
        for domain, certificate in sorted(proofs.items()):
            self._prove(domain, certificate, inputs.zone_id)
        self.outputs = CertificatesOutputs(certificate_arns={key: each.arn for key, each in certificates.items()})

    def _certificate(self, key: str, name: str, short_name: str) -> AcmCertificate:
        main, *others = _names(name, short_name)
        return AcmCertificate(
            self,
            key,
            domain_name=main,
            subject_alternative_names=others or None,
            validation_method="DNS",
            # No value of a tag has an asterisk: ACM would refuse the request.
            tags={"Name": name.replace("*", "any")},
            # A certificate in use cannot be deleted: where one is requested again, the listener gets that first.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )

    def _prove(self, domain: str, certificate: AcmCertificate, zone_id: str) -> None:
        """Create the validation record of a domain.

        The options are an unordered set, unknown before the first apply, so each record picks its own by domain.
        `acme.example` and `*.acme.example` share one record, whichever certificate asks for it.
        """
        options = f"aws_acm_certificate.{certificate.friendly_unique_id}.domain_validation_options"
        option = f'[for o in {options} : o if trimprefix(o.domain_name, "*.") == "{domain}"][0]'
        Route53Record(
            self,
            f"validation-{domain.replace('.', '-')}",
            zone_id=zone_id,
            name=f"${{{option}.resource_record_name}}",
            type=f"${{{option}.resource_record_type}}",
            records=[f"${{{option}.resource_record_value}}"],
            ttl=VALIDATION_TTL_SECONDS,
            # ACM requests the same record for the same name again, for example in another environment's certificate.
            allow_overwrite=True,
        )


def _names(name: str, short_name: str) -> tuple[str, ...]:
    """The main name of a certificate, and its further ones: ACM limits the length of the main one."""
    return (short_name, name) if _is_long(name) else (name,)


def _is_long(name: str) -> bool:
    return len(name) > CERTIFICATE_MAIN_NAME_CHARACTERS
