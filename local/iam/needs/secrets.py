"""Secrets Manager and SSM parameters, with the keys that encrypt them."""

from collections.abc import Iterator

from local.iam.calls import Call
from local.iam.needs.keys import through
from local.iam.needs.need import Account, Need, arn, request_tags, tags_of
from local.iam.needs.rules import Rules, resources_by_rules

NO_SECRET = ("GetRandomPassword", "ListSecrets", "BatchGetSecretValue")
NEW_SUFFIX = "-000000"
"""Secrets Manager gives a new secret six random characters."""
OTHER_SSM = Rules(
    prefix="ssm",
    members={"DocumentName": "document/{}", "InstanceId": "instance/{}", "AssociationId": "association/{}"},
    no_resource=("Describe*", "List*", "GetInventory"),
)


def needs_of_secretsmanager(call: Call, account: Account) -> Iterator[Need]:
    """What a call of Secrets Manager needs."""
    operation, secret_id = call.operation, call.text("SecretId")
    tags = tags_of(call.parameters)
    context: dict[str, str | tuple[str, ...]] = {**request_tags(tags)}
    for key, member in (("Name", "Name"), ("KmsKeyId", "KmsKeyId"), ("VersionId", "VersionId")):
        if call.text(member):
            context[f"secretsmanager:{key}"] = call.text(member)
    if operation in NO_SECRET:
        yield Need(action=f"secretsmanager:{operation}", context=context)
        if operation == "BatchGetSecretValue":
            for each in call.texts("SecretIdList"):
                yield from _get(call, account, each, {})
        return
    if operation == "GetSecretValue":
        stage = call.text("VersionStage") or ("" if call.text("VersionId") else "AWSCURRENT")
        yield from _get(call, account, secret_id, {**context, "secretsmanager:VersionStage": stage})
        return
    if operation == "CreateSecret":
        resource = arn(call, "secretsmanager", f"secret:{call.text('Name')}{NEW_SUFFIX}")
    else:
        resource = _secret(call, account, secret_id)
        context["secretsmanager:SecretId"] = resource
    yield Need(action=f"secretsmanager:{operation}", resource=resource, context=context)
    if operation == "CreateSecret" and tags:
        yield Need(action="secretsmanager:TagResource", resource=resource, context=context)
    writes = any(call.text(name) for name in ("SecretString", "SecretBinary"))
    named = call.text("KmsKeyId")
    key = account.key_arn(named) if named else account.secret_key(secret_id) if secret_id else ""
    if key and (writes or named):
        for action in ("kms:GenerateDataKey", "kms:Decrypt"):
            yield through("secretsmanager", call, key, action, {"SecretARN": resource})


def needs_of_ssm(call: Call, account: Account) -> Iterator[Need]:
    """What a call of SSM needs; parameters are what matters here."""
    operation = call.operation
    tags = tags_of(call.parameters)
    context = request_tags(tags)
    names = call.texts("Names", "Name") if "Parameter" in operation else []
    if call.text("ResourceType") == "Parameter":
        names = call.texts("ResourceId")
    if operation == "GetParametersByPath":
        recursive = str(bool(call.parameters.get("Recursive"))).lower()
        resource = arn(call, "ssm", f"parameter/{call.text('Path').strip('/')}")
        yield Need(action=f"ssm:{operation}", resource=resource, context={**context, "ssm:Recursive": recursive})
        return
    if operation == "DescribeParameters" or not names:
        for resource in resources_by_rules(OTHER_SSM, call):
            yield Need(action=f"ssm:{operation}", resource=resource, context=context)
        return
    for name in names:
        resource = parameter_arn(call, name)
        yield Need(action=f"ssm:{operation}", resource=resource, context=context)
        if operation == "PutParameter" and tags:
            yield Need(action="ssm:AddTagsToResource", resource=resource, context=context)
        yield from _parameter_key(call, account, name, resource)


def parameter_arn(call: Call, name: str) -> str:
    """ARN of a parameter by its name or ARN, without version or label."""
    if name.startswith("arn:"):
        return ":".join(name.split(":")[:6])
    return arn(call, "ssm", f"parameter/{name.partition(':')[0].removeprefix('/')}")


def _parameter_key(call: Call, account: Account, name: str, resource: str) -> Iterator[Need]:
    reads = call.operation.startswith("GetParameter") and bool(call.parameters.get("WithDecryption"))
    if reads:
        key, actions = account.parameter_key(name), ["kms:Decrypt"]
    elif call.operation == "PutParameter" and call.text("Type") == "SecureString":
        named = call.text("KeyId")
        key = account.key_arn(named) if named else account.parameter_key(name)
        is_advanced = call.text("Tier") == "Advanced"
        actions = ["kms:GenerateDataKey", "kms:Decrypt"] if is_advanced else ["kms:Encrypt"]
    else:
        return
    if key:
        for action in actions:
            yield through("ssm", call, key, action, {"PARAMETER_ARN": resource})


def _get(call: Call, account: Account, secret_id: str, context: dict[str, str | tuple[str, ...]]) -> Iterator[Need]:
    resource = _secret(call, account, secret_id)
    context = {**context, "secretsmanager:SecretId": resource}
    yield Need(action="secretsmanager:GetSecretValue", resource=resource, context=context)
    key = account.secret_key(secret_id)
    if key:
        yield through("secretsmanager", call, key, "kms:Decrypt", {"SecretARN": resource})


def _secret(call: Call, account: Account, secret_id: str) -> str:
    known = account.secret_arn(secret_id)
    return known if known.startswith("arn:") else arn(call, "secretsmanager", f"secret:{known}")
