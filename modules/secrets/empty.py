"""A secret whose value is set outside of Terraform: a key or a token from another system."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from constructs import Construct

from modules.secrets.store import SecretStore


@dataclass(frozen=True, kw_only=True)
class EmptySecretInputs:
    """Name and description of the secret."""

    store: SecretStore
    """Path, key and recovery window of the deployment's secrets."""

    name: str
    """Name below the store's path, such as `airflow/git/dags`."""

    description: str
    """What the value is for, and who sets it; the console shows it."""


@dataclass(frozen=True, kw_only=True)
class EmptySecretOutputs:
    """References to the secret."""

    secret_arn: str
    """ARN of the secret. A container that uses it starts only once the secret has a value."""

    secret_name: str
    """Full name, with the store's path."""


class EmptySecret(Construct):
    """A secret without a value. Terraform sees neither its value nor a change of it (D03)."""

    outputs: EmptySecretOutputs

    def __init__(self, scope: Construct, id_: str, inputs: EmptySecretInputs) -> None:
        super().__init__(scope, id_)
        secret = SecretsmanagerSecret(
            self,
            "secret",
            name=f"{inputs.store.path}/{inputs.name}",
            description=inputs.description,
            kms_key_id=inputs.store.kms_key_arn,
            recovery_window_in_days=inputs.store.recovery_window_in_days,
        )
        self.outputs = EmptySecretOutputs(secret_arn=secret.arn, secret_name=f"{inputs.store.path}/{inputs.name}")
