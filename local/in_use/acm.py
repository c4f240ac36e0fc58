"""ACM: certificates of listeners."""

from collections.abc import Iterator
from typing import Any

from moto.acm.models import AWSCertificateManagerBackend, CertBundle
from moto.core.exceptions import JsonRESTError

from local.extensions.patching import wrap_method
from local.in_use.accounts import backend
from local.in_use.refusing import before


@before(AWSCertificateManagerBackend, "delete_certificate")
def certificate_is_free(acm: Any, arn: str) -> None:
    """DeleteCertificate: no listener has it."""
    if any(load_balancers_with(arn)):
        account_id = acm.account_id
        raise JsonRESTError("ResourceInUseException", f"Certificate {arn} in account {account_id} is in use.")


@wrap_method(CertBundle, "describe")
def name_the_users(original: Any, certificate: Any) -> Any:
    """DescribeCertificate: `InUseBy`, from the listeners as they are now; moto only ever adds to it."""
    certificate.in_use_by = sorted(set(load_balancers_with(certificate.arn)))
    return original(certificate)


def load_balancers_with(certificate_arn: str) -> Iterator[str]:
    """ARNs of the load balancers whose listeners have a certificate."""
    _, _, _, region, account_id, _ = certificate_arn.split(":", 5)
    if elbv2 := backend("elbv2", account_id, region):
        for load_balancer in elbv2.load_balancers.values():
            for listener in load_balancer.listeners.values():
                if certificate_arn in {listener.certificate, *(listener.certificates or ())}:
                    yield load_balancer.arn
