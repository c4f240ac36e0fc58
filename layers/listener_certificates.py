"""The certificates of the load balancer's listeners, which wait until each is issued."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from constructs import Construct

from config import Environment
from config.host_name_key import key_of
from layers.outputs import NetworkOutputs
from modules.alb import Tls
from modules.dns import CertificateValidation, CertificateValidationInputs


@dataclass(frozen=True, kw_only=True)
class ListenerCertificates:
    """Certificates that are issued."""

    default_arn: str
    """For names that no other certificate has."""

    arns: Mapping[str, str] = field(default_factory=dict)
    """By `key_of` a host name. Default: none, as with an existing certificate (E11), which has all names."""

    def tls(self, host_names: Sequence[str]) -> Tls:
        """The settings of a listener that serves some host names.

        The default certificate is not listed too: AWS counts those that are listed (`aws/quotas.py`).
        """
        keys = [key for key in dict.fromkeys(map(key_of, host_names)) if key in self.arns]
        listed = {key: self.arns[key] for key in keys if self.arns[key] != self.default_arn}
        return Tls(certificate_arn=self.default_arn, additional_certificate_arns=listed)


def listener_certificates(
    scope: Construct, environment: Environment, network: NetworkOutputs
) -> ListenerCertificates | None:
    """Wait for the certificates of an environment; None without HTTPS.

    A requested one is issued once the zone is delegated (N09). People do that after the network layer; so the service
    layer waits for it, and not that one.
    """
    existing = environment.load_balancer.certificate_arn
    if existing is not None:
        return ListenerCertificates(default_arn=existing)
    if not network.certificate_arns:
        return None
    issued = {
        key: CertificateValidation(
            scope, f"certificate-{key}", CertificateValidationInputs(certificate_arn=arn)
        ).outputs.certificate_arn
        for key, arn in network.certificate_arns.items()
    }
    return ListenerCertificates(default_arn=issued[key_of(environment.listener_name)], arns=issued)
