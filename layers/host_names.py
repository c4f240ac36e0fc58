"""The certificates that an environment requests for its host names."""

from collections.abc import Mapping

from config import Environment
from config.host_name_key import key_of


def has_own_certificates(environment: Environment) -> bool:
    """Whether certificates are requested, rather than one that exists being used."""
    return environment.load_balancer.https and environment.load_balancer.certificate_arn is None


def certificate_names(environment: Environment) -> Mapping[str, str]:
    """Key → name of each certificate that is requested.

    One for each host name, so that a name that comes or goes is a certificate that comes or goes; one certificate for
    all would be replaced while listeners use it.
    """
    if not has_own_certificates(environment) or environment.dns is None:
        return {}
    return {key_of(name): name for name in (environment.listener_name, *environment.host_names)}
