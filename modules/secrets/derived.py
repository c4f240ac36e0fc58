"""A secret derived from other secrets, such as a database URL."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import TerraformStack, Token
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.secrets.store import SecretReplica, SecretStore, name_below_stack, write_secret


@dataclass(frozen=True, kw_only=True)
class DerivedSecretInputs:
    """Name of the secret, how its value is built, and what it depends on."""

    store: SecretStore
    """Path, key and recovery window of the deployment's secrets."""

    name: str
    """Name below the store's path, such as `database/url`."""

    description: str
    """What the value is for; the console shows it."""

    value_expression: str
    """The value, which may contain the `value_expression` of generated secrets.

    Generated values consist of letters and digits, so they need no `urlencode` (A05).
    """

    triggers: Mapping[str, str | int]
    """Everything in the value that may change, by name, without secrets: rotation numbers, host names, user names.

    Terraform cannot compare a write-only value with the stored one. It writes the value again exactly when one of these
    changes, so a part that is missing here becomes stale unnoticed.
    """

    replica: SecretReplica | None = None
    """A copy in another region, for a value without which data there is unreadable. Default: none."""

    def __post_init__(self) -> None:
        """Refuse a value that would never be written again."""
        if not self.triggers:
            raise ValueError(f"triggers of secret {self.name!r} is empty; name at least one rotation number")


@dataclass(frozen=True, kw_only=True)
class DerivedSecretOutputs:
    """References to the secret."""

    secret_arn: str
    """ARN of the secret, known once it has a value; for a container's `valueFrom` (A02)."""

    stable_secret_arn: str
    """The same ARN, but known in every plan; `secret_arn` is unknown while a rotation is planned.

    To wait for the value, name `value_address` in `depends_on`.
    """

    value_address: str
    """Terraform address of the value."""

    secret_name: str
    """Full name, with the store's path."""


class DerivedSecret(Construct):
    """A secret whose value Terraform builds from other secrets, without storing it (A05, D03)."""

    outputs: DerivedSecretOutputs

    def __init__(self, scope: Construct, id_: str, inputs: DerivedSecretInputs) -> None:
        super().__init__(scope, id_)
        version = write_secret(
            self,
            inputs.store,
            inputs.name,
            inputs.description,
            inputs.value_expression,
            Token.as_number(_fingerprint(self, inputs.triggers)),
            replica=inputs.replica,
            # D06: a database, a cache or a proxy that the value names could not be replaced: Terraform would create the
            # other one of its name first, which AWS refuses.
            create_before_destroy=False,
        )
        self.outputs = DerivedSecretOutputs(
            secret_arn=version.arn,
            stable_secret_arn=_secret_id(version),  # the id of a secret is its ARN
            value_address=f"aws_secretsmanager_secret_version.{version.friendly_unique_id}",
            secret_name=f"{inputs.store.path}/{inputs.name}",
        )


def _secret_id(version: SecretsmanagerSecretVersion) -> str:
    secret_id = version.secret_id_input
    assert secret_id is not None  # a version cannot be made without it
    return secret_id


def _fingerprint(scope: Construct, triggers: Mapping[str, str | int]) -> str:
    """Return an expression for a number that changes with any of the triggers.

    The sum of the rotation numbers would miss a new host name. 12 hexadecimal digits fit the 53 bits that survive JSON.
    The text is a local value, so that Terraform interpolates expressions in them, and people can read them.
    """
    text = ";".join(f"{name}={value}" for name, value in sorted(triggers.items()))
    local = f"{name_below_stack(scope)}_made-of"
    TerraformStack.of(scope).add_override(f"locals.{local}", text)
    return f"${{parseint(substr(sha256(local.{local}), 0, 12), 16)}}"
