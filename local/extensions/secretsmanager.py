"""Secrets Manager: a replica has the key that the request names, and versions without a staging label are left out.

Symptoms: `replica.kms_key_id` of `aws_secretsmanager_secret` differs in every plan, since moto says that AWS's own
key encrypts each replica. After each rotation of a password DescribeSecret lists one version more, with an empty list
of labels; AWS calls such a version deprecated. Answers to changes of replicas have what the request named as the ARN,
which may be a name.
"""

from typing import Any

from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend

from local.extensions.patching import wrap_method


@wrap_method(FakeSecret, "create_replicas")
def replicate_with_the_key(original: Any, secret: Any, replica_regions: list[dict[str, str]], **options: Any) -> Any:
    """CreateSecret and ReplicateSecretToRegions: `AddReplicaRegions`, each with its `KmsKeyId`."""
    replicas = original(secret, replica_regions, **options)
    for replica, wanted in zip(replicas, replica_regions, strict=True):
        if wanted.get("KmsKeyId"):
            replica.config["KmsKeyId"] = wanted["KmsKeyId"]
    return replicas


@wrap_method(ReplicaSecret, "to_dict")
def describe_with_its_own_key(original: Any, replica: Any) -> Any:
    """DescribeSecret and ListSecrets in the region of a replica: a key is regional, so it is not the primary's."""
    return {**original(replica), "KmsKeyId": replica.config["KmsKeyId"]}


@wrap_method(FakeSecret, "_form_version_ids_to_stages")
def without_deprecated(original: Any, secret: Any) -> dict[str, Any]:
    """Version → its labels, for versions that have one."""
    return {version: labels for version, labels in original(secret).items() if labels}


@wrap_method(SecretsManagerBackend, "replicate_secret_to_regions")
def answer_replicated_with_arn(original: Any, backend: Any, secret_id: str, *args: Any, **options: Any) -> Any:
    """ReplicateSecretToRegions."""
    _, statuses = original(backend, secret_id, *args, **options)
    return backend.describe_secret(secret_id).arn, statuses


@wrap_method(SecretsManagerBackend, "remove_regions_from_replication")
def answer_removed_with_arn(original: Any, backend: Any, secret_id: str, *args: Any, **options: Any) -> Any:
    """RemoveRegionsFromReplication."""
    _, statuses = original(backend, secret_id, *args, **options)
    return backend.describe_secret(secret_id).arn, statuses
