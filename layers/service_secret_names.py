"""Which secrets web services have, and their keys in the data layer's output. Pure."""

from collections.abc import Iterable, Mapping

from config import Environment
from config.services import WebService


def own_secret_key(service: str, name: str) -> str:
    """Key of a secret in the data layer's output. Neither part has an underscore, so no two are alike."""
    return f"{service}_{name}"


def own_secrets(settings: WebService) -> Mapping[str, list[str]]:
    """Secrets that Windlass makes for a service, by name, with the variables that they fill."""
    variables: dict[str, list[str]] = {}
    for variable, secret in settings.secrets.items():
        if secret.name is not None:
            variables.setdefault(secret.name, []).append(variable)
    return variables


def own_secret_keys(environment: Environment) -> Iterable[str]:
    """Keys of all secrets that Windlass makes for web services."""
    for service, settings in environment.services.items():
        yield from (own_secret_key(service, name) for name in own_secrets(settings))


def has_own_secrets(environment: Environment) -> bool:
    """Whether Windlass makes a secret for any web service."""
    return any(True for _ in own_secret_keys(environment))


def existing_secret_arns(settings: WebService) -> list[str]:
    """ARNs of secrets and parameters of a service that somebody else made."""
    return sorted({secret.arn for secret in settings.secrets.values() if secret.arn is not None})
