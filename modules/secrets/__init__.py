"""Secrets that Terraform creates and rotates without storing their values in plan or state."""

from modules.secrets.derived import DerivedSecret, DerivedSecretInputs, DerivedSecretOutputs
from modules.secrets.empty import EmptySecret, EmptySecretInputs, EmptySecretOutputs
from modules.secrets.generated import GeneratedSecret, GeneratedSecretInputs, GeneratedSecretOutputs
from modules.secrets.store import SecretReplica, SecretStore

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
    "SecretReplica",
    "SecretStore",
]
