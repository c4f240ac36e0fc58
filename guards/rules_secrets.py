"""Guards for who reads which secrets (D04, I01)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from aws.role_owner import OWNER_TAG
from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.policies import policies, roles_with
from terraform.document import blocks, containers_of, layer_of

_READS = {
    *("secretsmanager:GetSecretValue", "ssm:GetParameters", "ssm:GetParameter"),
    *("secretsmanager:BatchGetSecretValue", "ssm:GetParametersByPath", "ssm:GetParameterHistory"),
}
_MASTERS = ("database/password", "cache/password")
"""What is below the deployment's path and for no service; they may have the URLs beside it."""
_SECRET_ARN = re.compile(r"(arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:[^:]+)(:.*)?")


@guard("D04", fix="allow the execution role exactly the ARNs that its containers name in `secrets`")
def execution_roles_read_exactly_their_secrets(stacks: CheckedStacks) -> Iterator[Finding]:
    """An execution role may read exactly the secrets that its containers name."""
    named: dict[str, dict[str, str]] = {}
    for address, body in stacks.resources("aws_ecs_task_definition"):
        for role in stacks.resolve(address, body.get("execution_role_arn") or ""):
            for secret in _named_secrets(stacks, address, body):
                named.setdefault(role, {}).setdefault(secret, address)
            named.setdefault(role, {})
    allowed = _readable(stacks)
    for role, secrets in sorted(named.items()):
        may = allowed.get(role, {})
        for secret in sorted(set(may) - set(secrets)):
            yield may[secret], f"{role} may read {secret}, which none of its containers names"
        for secret in sorted(set(secrets) - set(may)):
            yield secrets[secret], f"a container names {secret}, which {role} may not read, so the task would not start"


@guard("D04", fix="allow the proxy's role exactly the secrets of its logins")
def proxies_read_exactly_their_logins(stacks: CheckedStacks) -> Iterator[Finding]:
    """A database proxy may read exactly the secrets of its logins."""
    allowed = _readable(stacks)
    for address, body in stacks.resources("aws_db_proxy"):
        logins = {
            secret for login in blocks(body, "auth") for secret in _identity(stacks, address, login["secret_arn"])
        }
        for role in stacks.resolve(address, body.get("role_arn") or ""):
            may = allowed.get(role, {})
            for secret in sorted(set(may) - logins):
                yield may[secret], f"{role} may read {secret}, which is not a login of the proxy"
            for secret in sorted(logins - set(may)):
                yield address, f"{secret} is a login of the proxy, but {role} may not read it"


@guard("I01", fix="allow the execution role exactly the files that its containers name in `environmentFiles`")
def execution_roles_read_exactly_their_environment_files(stacks: CheckedStacks) -> Iterator[Finding]:
    """An execution role may read exactly the files in S3 that its containers name."""
    named: dict[str, dict[str, str]] = {}
    for address, body in stacks.resources("aws_ecs_task_definition"):
        for role in stacks.resolve(address, body.get("execution_role_arn") or ""):
            files = named.setdefault(role, {})
            for container in containers_of(body):
                files |= {file["value"]: address for file in container.get("environmentFiles", [])}
    allowed: dict[str, dict[str, str]] = {}
    for one in policies(stacks).statements:
        if one.kind == "identity" and one.allow and "s3:GetObject" in one.actions:
            for role in roles_with(stacks, one.address):
                allowed.setdefault(role, {}).update(dict.fromkeys(one.resources, one.address))
    for role, files in sorted(named.items()):
        may = allowed.get(role, {})
        for file in sorted(set(may) - set(files)):
            yield may[file], f"{role} may read {file}, which none of its containers names"
        for file in sorted(set(files) - set(may)):
            yield files[file], f"a container names {file}, which {role} may not read, so the task would not start"


@guard("D04", fix="let each service have secrets in the folder of its own name")
def services_read_no_secrets_of_another(stacks: CheckedStacks) -> Iterator[Finding]:
    """No role of a service may read a master password, or what is below the path of another service or of Airflow."""
    owners = {
        address: body["tags"][OWNER_TAG]
        for address, body in stacks.resources("aws_iam_role")
        if OWNER_TAG in (body.get("tags") or {})
    }
    allowed = _readable(stacks)
    for role, owner in sorted(owners.items()):
        others = set(owners.values()) - ({"airflow", "workflow"} if owner in ("airflow", "workflow") else {owner})
        for secret, policy in sorted(allowed.get(role, {}).items()):
            name = _below_the_deployment(stacks, secret)
            folder = name.partition("/")[0]
            if folder in others or name.startswith(_MASTERS):
                yield policy, f"{role} may read {secret}, which belongs to {folder}"


GUARDS: tuple[Guard, ...] = (
    execution_roles_read_exactly_their_secrets,
    execution_roles_read_exactly_their_environment_files,
    services_read_no_secrets_of_another,
    proxies_read_exactly_their_logins,
)


def _below_the_deployment(stacks: CheckedStacks, secret: str) -> str:
    """The name of a secret or parameter without project and environment."""
    named = str(stacks.bodies[secret].get("name", "")) if secret in stacks.bodies else _in_arn(secret)
    return named.strip("/").partition("/")[2].partition("/")[2]


def _in_arn(arn: str) -> str:
    return arn.partition(":secret:")[2] or arn.partition(":parameter/")[2]


def _named_secrets(stacks: CheckedStacks, address: str, task_definition: Mapping[str, Any]) -> Iterator[str]:
    for container in containers_of(task_definition):
        options = container.get("logConfiguration", {}).get("secretOptions", [])
        for secret in (*container.get("secrets", []), *options):
            yield from _identity(stacks, address, secret["valueFrom"])
        if "repositoryCredentials" in container:
            yield from _identity(stacks, address, container["repositoryCredentials"]["credentialsParameter"])


def _identity(stacks: CheckedStacks, address: str, value: str) -> frozenset[str]:
    """The secret itself, without the JSON key, stage or version that a container selects."""
    things = stacks.resolve(address, value)
    if things:
        return things
    whole = _SECRET_ARN.fullmatch(value)
    return frozenset({whole[1] if whole else stacks.references.canonical(layer_of(address), value)})


def _readable(stacks: CheckedStacks) -> dict[str, dict[str, str]]:
    """Role → the secrets and parameters that it may read → the policy that allows it."""
    readable: dict[str, dict[str, str]] = {}
    for one in policies(stacks).statements:
        if one.kind != "identity" or not one.allow or not _READS & set(one.actions):
            continue
        for role in roles_with(stacks, one.address):
            for resource in one.resources:
                for secret in re.findall(r"<([^<>]+)>", resource) or [resource]:
                    readable.setdefault(role, {})[secret] = one.address
    return readable
