"""A secret whose value AWS makes up, and which nobody ever sees in Terraform."""

from dataclasses import dataclass
from typing import Literal

from constructs import Construct

from modules.secrets.store import SecretStore, write_ephemeral, write_secret


@dataclass(frozen=True, kw_only=True)
class GeneratedSecretInputs:
    """What the secret is called and what its value looks like."""

    store: SecretStore
    """The deployment's store: path, key, recovery window."""

    name: str
    """Name below the store's path, such as `database/password`."""

    description: str
    """What the value is for; shown in the console."""

    rotation: int = 1
    """Raise it by one and the next apply writes a new value (D04). Default: the first value."""

    length: int = 32
    """Random characters, 16 to 128 (what RDS and ElastiCache take both). Default: 32, about 190 bits."""

    encoding: Literal["plain", "base64"] = "plain"
    """`base64` encodes the random characters once more: 32 of them then make a valid Fernet key (A10)."""

    readable_in_terraform: bool = True
    """Whether `value_expression` works: other write-only arguments can then use the value.

    Set it to false for a value that only containers read: then who runs Terraform needs no
    `secretsmanager:GetSecretValue` for it.
    """

    def __post_init__(self) -> None:
        """Refuse lengths and rotation numbers that cannot work."""
        if not 16 <= self.length <= 128:
            raise ValueError(f"length of secret {self.name!r} is {self.length}; 16 to 128 characters are allowed")
        if self.rotation < 1:
            raise ValueError(f"rotation of secret {self.name!r} is {self.rotation}; it counts from 1 upwards")


@dataclass(frozen=True, kw_only=True)
class GeneratedSecretOutputs:
    """How others refer to the secret and, inside the same stack, to its value."""

    secret_arn: str
    """ARN of the secret, known once it has a value; what a container's `valueFrom` takes (A02)."""

    secret_name: str
    """Full name with the store's path."""

    value_expression: str
    """Ephemeral expression for the value, `${…}`; only write-only arguments of the same stack can take it.

    Terraform refuses it as an undeclared reference where `readable_in_terraform` is false.
    """

    rotation: int
    """The rotation number: the `…_wo_version` of whoever takes the value, so that both change together."""


class GeneratedSecret(Construct):
    """A secret with a random value that lies in Secrets Manager and nowhere else (D03, D04, A10)."""

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
            # A random value is another in every run: what others use is the stored one. The version's `arn` makes
            # Terraform wait for it, also where an earlier apply got as far as an empty secret.
            write_ephemeral(self, "aws_secretsmanager_secret_version", {"secret_id": version.arn})
        self.outputs = GeneratedSecretOutputs(
            secret_arn=version.arn,
            secret_name=f"{inputs.store.path}/{inputs.name}",
            value_expression=f"${{{random.replace('random_password', 'secret_version')}.secret_string}}",
            rotation=inputs.rotation,
        )
