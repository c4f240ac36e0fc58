"""KMS: its own operations, and what other services ask of it on behalf of their caller."""

from collections.abc import Iterator, Mapping

from local.iam.calls import Call
from local.iam.needs.need import Account, Need, arn, request_tags, tags_of

NO_KEY = ("CreateKey", "ListKeys", "ListAliases", "GenerateRandom", "*CustomKeyStore*", "ListRetirableGrants")
KEYS_OF_NEW_RESOURCES: Mapping[str, str] = {
    "rds": "KmsKeyId",
    "elasticache": "KmsKeyId",
    "efs": "KmsKeyId",
    "ecr": "encryptionConfiguration.kmsKey",
    "dynamodb": "SSESpecification.KMSMasterKeyId",
    "backup": "EncryptionKeyArn",
}
"""Services that get a grant for the key of what they create → the parameter that names the key."""


def needs_of_kms(call: Call, account: Account) -> Iterator[Need]:
    """What a call of KMS needs."""
    operation = call.operation
    tags = tags_of(call.parameters)
    context: dict[str, str | tuple[str, ...]] = {
        "kms:CallerAccount": call.account,
        **request_tags(tags),
        **_encryption_context(call.parameters.get("EncryptionContext") or {}),
    }
    named = call.text("KeyId")
    if ":alias/" in named or named.startswith("alias/"):
        context["kms:RequestAlias"] = f"alias/{named.partition('alias/')[2]}"
    if operation == "CreateGrant":
        operations = tuple(call.texts("Operations"))
        context |= {"kms:GrantOperations": operations, "kms:GranteePrincipal": call.text("GranteePrincipal")}
    if operation in NO_KEY or "CustomKeyStore" in operation:
        yield Need(action=f"kms:{operation}", context=context)
        if operation == "CreateKey" and tags:
            yield Need(action="kms:TagResource", context=context)
        return
    if operation == "ReEncrypt":
        source = account.key_arn(call.text("SourceKeyId"))
        yield Need(action="kms:ReEncryptFrom", resource=source or "*", context=context)
        to = account.key_arn(call.text("DestinationKeyId"))
        yield Need(action="kms:ReEncryptTo", resource=to or "*", context=context)
        return
    if operation in ("CreateAlias", "UpdateAlias", "DeleteAlias"):
        alias = call.text("AliasName")
        keys = [account.key_arn(alias), account.key_arn(call.text("TargetKeyId"))]
        resources = [arn(call, "kms", alias), *dict.fromkeys(each for each in keys if each)]
    else:
        if not named and operation == "Decrypt":
            named = key_of_ciphertext(call)
        resources = [account.key_arn(named) or arn(call, "kms", f"key/{named}" if named else "key/*")]
    for resource in resources:
        yield Need(action=f"kms:{operation}", resource=resource, context=context)


def through(service: str, call: Call, key_arn: str, action: str, encryption_context: Mapping[str, str]) -> Need:
    """What a service asks of KMS on behalf of its caller.

    Args:
        service: as in its endpoint, such as `secretsmanager`.
        call: to the service.
        key_arn: the key.
        action: of KMS.
        encryption_context: that the service uses.
    """
    return Need(
        action=action,
        resource=key_arn,
        context={
            "kms:ViaService": f"{service}.{call.region}.amazonaws.com",
            "kms:CallerAccount": call.account,
            **_encryption_context(encryption_context),
        },
        through=service,
    )


def needs_of_encryption(call: Call, account: Account) -> Iterator[Need]:
    """What the key of something new needs: a grant for the service, which the caller gives."""
    path = KEYS_OF_NEW_RESOURCES.get(call.service)
    if path is None or not call.operation.startswith(("Create", "Restore", "Copy")):
        return
    value: object = call.parameters
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    key = account.key_arn(str(value)) if value else ""
    service = "elasticfilesystem" if call.service == "efs" else call.service
    if key:
        yield through(service, call, key, "kms:DescribeKey", {})
        grant = through(service, call, key, "kms:CreateGrant", {})
        yield grant.with_context({"kms:GrantIsForAWSResource": "true"})


def key_of_ciphertext(call: Call) -> str:
    """The key that encrypted what is to be decrypted: moto writes its id at the beginning."""
    blob = call.parameters.get("CiphertextBlob")
    return blob[:36].decode(errors="replace") if isinstance(blob, bytes) else ""


def _encryption_context(pairs: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    if not pairs:
        return {}
    result: dict[str, str | tuple[str, ...]] = {f"kms:EncryptionContext:{key}": value for key, value in pairs.items()}
    return {**result, "kms:EncryptionContextKeys": tuple(pairs)}
