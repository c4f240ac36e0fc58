"""Secrets Manager: a deleted secret keeps its name, and gives nothing, until its recovery window ends."""

from typing import Any

from moto.secretsmanager.exceptions import InvalidRequestException
from moto.secretsmanager.models import SecretsManagerBackend

from local.extensions.patching import wrap_method
from local.in_use.refusing import before

MARKED = "currently marked deleted"
"""In moto's words, which AWS has not."""


@before(SecretsManagerBackend, "create_secret")
def name_is_free(backend: Any, name: str, *_others: Any, **_settings: Any) -> None:
    """CreateSecret."""
    secret = backend.secrets.get(name)
    if secret is not None and secret.is_deleted():
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled for deletion."
        )


@wrap_method(InvalidRequestException, "__init__")
def say_it_as_aws_does(original: Any, error: Any, message: str) -> None:
    """Requests about a deleted secret."""
    words = "You can't perform this operation on the secret because it was marked for deletion."
    original(error, words if MARKED in message else message)
