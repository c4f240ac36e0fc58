"""What all secrets of a deployment share, and the blocks that every secret consists of; no value is stored (D03)."""

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret, SecretsmanagerSecretReplica
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class SecretStore:
    """Path, key and recovery window of a deployment's secrets in Secrets Manager."""

    path: str
    """First part of every name, `<project>/<environment>`, so that roles can be limited to it (D04, A22)."""

    kms_key_arn: str | None = None
    """KMS key that encrypts the values. Default: the account's `aws/secretsmanager` key."""

    recovery_window_in_days: int = 30
    """Days in which a deleted secret can be restored: 7 to 30, or 0 to delete at once. Default: the longest.

    0 is for short-lived environments: a name stays reserved for the whole window (S05).
    """

    def __post_init__(self) -> None:
        """Refuse what Secrets Manager would refuse."""
        if self.recovery_window_in_days != 0 and not 7 <= self.recovery_window_in_days <= 30:
            raise ValueError(
                f"recovery_window_in_days is {self.recovery_window_in_days}; Secrets Manager allows 0, or 7 to 30 days"
            )
        if not self.path or self.path.startswith("/") or self.path.endswith("/"):
            raise ValueError(f"path is {self.path!r}; it must be a path without a slash at either end")


@dataclass(frozen=True, kw_only=True)
class SecretReplica:
    """A copy of a secret in another region, which Secrets Manager keeps equal to it."""

    region: str

    kms_key_arn: str
    """Key of that region, which encrypts the copy."""


def write_secret(
    scope: Construct,
    store: SecretStore,
    name: str,
    description: str,
    value: str,
    version: float,
    *,
    replica: SecretReplica | None = None,
    create_before_destroy: bool = True,
) -> SecretsmanagerSecretVersion:
    """Create the secret `name` below the store's path, with a write-only value.

    Args:
        scope: The construct that the two resources belong to.
        store: The deployment's store.
        name: Name below the store's path.
        description: What the console shows.
        value: An ephemeral expression; never a literal.
        version: Terraform writes the value again when this number changes; it may be a token.
        replica: Where it is copied to. Default: nowhere.
        create_before_destroy: Terraform hands this on to all that the value names, so it must be false where that
            includes something of which AWS has only one of a name (D06). Default: yes.

    Returns:
        The version. Its `arn` is the secret's ARN, and a resource that uses it waits for the value.
    """
    secret = SecretsmanagerSecret(
        scope,
        "secret",
        name=f"{store.path}/{name}",
        description=description,
        kms_key_id=store.kms_key_arn,
        recovery_window_in_days=store.recovery_window_in_days,
        replica=None
        if replica is None
        else [SecretsmanagerSecretReplica(region=replica.region, kms_key_id=replica.kms_key_arn)],
    )
    return SecretsmanagerSecretVersion(
        scope,
        "version",
        secret_id=secret.id,
        secret_string_wo=value,
        secret_string_wo_version=version,
        # Terraform infers this for secrets that a task definition uses, but not for those that only the last apply
        # used, and then reports a cycle. A secret has a value either way: no current version is ever removed.
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True) if create_before_destroy else None,
    )


def name_below_stack(scope: Construct) -> str:
    """Return the scope's path below its stack, joined with `_`: the name of blocks that cdktf has no construct for."""
    return scope.node.path.removeprefix(TerraformStack.of(scope).node.path).strip("/").replace("/", "_")


def write_ephemeral(scope: Construct, resource_type: str, body: dict[str, object]) -> str:
    """Write an ephemeral block named after the scope's path; cdktf 0.21 has no construct for one.

    Returns:
        Its address, `ephemeral.<type>.<name>`.
    """
    address = f"ephemeral.{resource_type}.{name_below_stack(scope)}"
    TerraformStack.of(scope).add_override(address, body)
    return address
