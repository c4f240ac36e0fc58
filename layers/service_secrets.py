"""Secrets of web services: the data layer makes those that people fill in, and containers refer to all of them."""

from collections.abc import Mapping

from constructs import Construct

from config import Environment
from config.services import WebService
from layers.service_secret_names import has_own_secrets, own_secret_key, own_secrets
from modules.ecs import SecretReference
from modules.secrets import EmptySecret, EmptySecretInputs, SecretStore


def make_own_secrets(scope: Construct, environment: Environment, store: SecretStore) -> dict[str, str]:
    """Make the secrets that people fill in; returns their ARNs, by `own_secret_key`."""
    arns: dict[str, str] = {}
    if not has_own_secrets(environment):
        return arns
    folder = Construct(scope, "service-secrets")
    for service, settings in environment.services.items():
        below = Construct(folder, service)
        for name, variables in own_secrets(settings).items():
            inputs = EmptySecretInputs(
                store=store,
                name=f"{service}/{name}",
                description=f"{' and '.join(sorted(variables))} of the service {service}; a person sets the value",
            )
            arns[own_secret_key(service, name)] = EmptySecret(below, name, inputs).outputs.secret_arn
    return arns


def secret_references(
    service: str, settings: WebService, own_arns: Mapping[str, str] | None
) -> dict[str, SecretReference]:
    """What ECS reads for a service's container, by variable.

    Args:
        service: name of the service.
        settings: of the service.
        own_arns: the data layer's output; none where no service has a secret of Windlass's.
    """
    references: dict[str, SecretReference] = {}
    for variable, secret in settings.secrets.items():
        arn = secret.arn
        if secret.name is not None and own_arns is not None:
            arn = own_arns[own_secret_key(service, secret.name)]
        assert arn is not None  # a rule of the environment file requires one of the two
        references[variable] = SecretReference(arn=arn, json_key=secret.json_key)
    return references
