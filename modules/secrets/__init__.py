"""Secrets that Terraform makes, hands on and rotates without ever writing them down."""

from modules.secrets.derived import DerivedSecret, DerivedSecretInputs, DerivedSecretOutputs
from modules.secrets.empty import EmptySecret, EmptySecretInputs, EmptySecretOutputs
from modules.secrets.generated import GeneratedSecret, GeneratedSecretInputs, GeneratedSecretOutputs
from modules.secrets.store import SecretStore

__all__ = [
    "DerivedSecret",
    "DerivedSecretInputs",
    "DerivedSecretOutputs",
    "EmptySecret",
    "EmptySecretInputs",
    "EmptySecretOutputs",
    "GeneratedSecret",
    "GeneratedSecretInputs",
    "GeneratedSecretOutputs",
    "SecretStore",
]
