"""A secret with a random value, which never appears in Terraform's plan or state."""

from dataclasses import dataclass
from typing import Literal

from constructs import Construct

from modules.secrets.store import SecretStore, write_ephemeral, write_secret


@dataclass(frozen=True, kw_only=True)
class GeneratedSecretInputs:
    """Name of the secret, and the form of its value."""

    store: SecretStore
    """Path, key and recovery window of the deployment's secrets."""

    name: str
    """Name below the store's path, such as `database/password`."""

    description: str
    """What the value is for; the console shows it."""

    rotation: int = 1
    """Rotation number; raise it by one, and the next apply writes a new value (D04). Default: 1."""

    length: int = 32
    """Number of random characters, 16 to 128 (accepted by both RDS and ElastiCache). Default: 32, about 190 bits."""

    encoding: Literal["plain", "base64"] = "plain"
    """`base64` encodes the random characters; 32 of them then are a valid Fernet key (A10). Default: `plain`."""

    readable_in_terraform: bool = True
    """Whether write-only arguments in the same stack can use the value through `value_expression`. Default: yes.

    Turn it off for values that only containers read: then the caller of Terraform does not need
    `secretsmanager:GetSecretValue`.
    """

    def __post_init__(self) -> None:
        """Refuse lengths and rotation numbers that cannot work."""
        if not 16 <= self.length <= 128:
            raise ValueError(f"length of secret {self.name!r} is {self.length}; 16 to 128 characters are allowed")
        if self.rotation < 1:
            raise ValueError(f"rotation of secret {self.name!r} is {self.rotation}; it counts from 1 upwards")


@dataclass(frozen=True, kw_only=True)
class GeneratedSecretOutputs:
    """References to the secret and, in the same stack, to its value."""

    secret_arn: str
    """ARN of the secret, known once it has a value; for a container's `valueFrom` (A02)."""

    secret_name: str
    """Full name, with the store's path."""

    value_expression: str
    """Ephemeral expression (`${…}`) for the value; only write-only arguments of the same stack can use it.

    If `readable_in_terraform` is false, Terraform refuses it as an undeclared reference.
    """

    rotation: int
    """The rotation number, for the `…_wo_version` of an argument that uses the value, so that both change together."""


class GeneratedSecret(Construct):
    """A secret with a random value, which is stored only in Secrets Manager (D03, D04, A10)."""

    outputs: GeneratedSecretOutputs

    def __init__(self, scope: Construct, id_: str, inputs: GeneratedSecretInputs) -> None:
        super().__init__(scope, id_)
        random = write_ephemeral(
            self,
            "aws_secretsmanager_random_password",
            # A05: letters and digits only. Punctuation breaks URLs, and Airflow expands `$` and `~`.
            {"password_length": inputs.length, "exclude_punctuation": True},
        )
        value = f"{random}.random_password"
        version = write_secret(
            self,
            inputs.store,
            inputs.name,
            inputs.description,
            f"${{base64encode({value})}}" if inputs.encoding == "base64" else f"${{{value}}}",
            inputs.rotation,
        )
        if inputs.readable_in_terraform:
            # The random value differs in every run, so others use the stored one. The version's `arn` makes Terraform
            # wait for it, even if an earlier apply created only the empty secret.
            write_ephemeral(self, "aws_secretsmanager_secret_version", {"secret_id": version.arn})
        self.outputs = GeneratedSecretOutputs(
            secret_arn=version.arn,
            secret_name=f"{inputs.store.path}/{inputs.name}",
            value_expression=f"${{{random.replace('random_password', 'secret_version')}.secret_string}}",
            rotation=inputs.rotation,
        )
