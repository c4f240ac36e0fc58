"""IAM policy documents: statements by Sid, and the statements of a service's execution role. Pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aws.account import Account
from aws.trust import service_trust
from modules.iam.denials import Denial

_SID = re.compile(r"[A-Za-z0-9]+")
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+\*?")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement that allows actions on resources, under conditions (I01)."""

    actions: Sequence[str]
    """Actions such as `s3:GetObject`. A `*` may end a name (`s3:Get*`), but not replace it (`s3:*`)."""

    resources: Sequence[str]
    """ARNs. `*` alone needs `any_resource_because`."""

    conditions: Mapping[str, Mapping[str, str | Sequence[str]]] = field(default_factory=dict)
    """Conditions as IAM writes them: operator, key, value. Default: none."""

    any_resource_because: str | None = None
    """Why the resource is `*`: usually that AWS has no resource-level permission for the action. Default: none."""

    def __post_init__(self) -> None:
        """Refuse statements that are too broad."""
        for action in self.actions:
            if not _ACTION.fullmatch(action):
                raise ValueError(f'I01: action is "{action}"; name the action, such as "s3:GetObject"')
        if not self.actions or not self.resources:
            raise ValueError("I01: a statement needs at least one action and one resource")
        if "*" in self.resources and not self.any_resource_because:
            raise ValueError(
                f'I01: {", ".join(self.actions)} on resource "*"; name the resources, '
                "or say in any_resource_because why that is not possible"
            )

    def document(self, sid: str) -> dict[str, Any]:
        """Return the statement in the form of a policy document."""
        body: dict[str, Any] = {
            "Sid": sid,
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(dict.fromkeys(self.resources)),
        }
        if self.conditions:
            body["Condition"] = {operator: dict(keys) for operator, keys in self.conditions.items()}
        return body


def policy(statements: Mapping[str, Statement | Denial]) -> str:
    """Return a policy document with these statements; the keys are their Sids.

    Raises:
        ValueError: a key has other characters than letters and digits, which IAM refuses.
    """
    for sid in statements:
        if not _SID.fullmatch(sid):
            raise ValueError(f'statement name is "{sid}"; only letters and digits are allowed')
    body = [statement.document(sid) for sid, statement in statements.items()]
    return json.dumps({"Version": "2012-10-17", "Statement": body}, sort_keys=True)


def tasks_trust(account: Account) -> str:
    """Return the trust policy of a role that ECS tasks of this account and region have.

    ECS does not say which cluster the task runs in, so the source ARN ends in `*`.
    """
    return service_trust("ecs-tasks", account, account.arn("ecs", "*"), sid="Tasks")


def pull_images(repository_arns: Iterable[str], cached_repository_arns: Iterable[str] = ()) -> dict[str, Statement]:
    """Return the statements for pulling from these ECR repositories; public registries need none.

    Args:
        repository_arns: the repositories.
        cached_repository_arns: repositories of a pull-through cache, which the first pull creates.
    """
    cached = tuple(cached_repository_arns)
    repositories = (*repository_arns, *cached)
    if not repositories:
        return {}
    statements = {
        "SignInToRegistry": Statement(
            actions=("ecr:GetAuthorizationToken",),
            resources=("*",),
            any_resource_because="AWS has no resource-level permission for it",
        ),
        "PullImages": Statement(
            actions=("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
            resources=repositories,
        ),
    }
    if cached:
        statements["FillPullThroughCache"] = Statement(
            actions=("ecr:BatchImportUpstreamImage", "ecr:CreateRepository"), resources=cached
        )
    return statements


def write_logs(log_group_arns: Iterable[str]) -> dict[str, Statement]:
    """Return the statements for writing to these log groups; their ARNs have no `:*`."""
    groups = tuple(f"{arn}:*" for arn in log_group_arns)
    if not groups:
        return {}
    return {"WriteLogs": Statement(actions=("logs:CreateLogStream", "logs:PutLogEvents"), resources=groups)}


def read_environment_files(
    file_arns: Iterable[str], *, kms_key_arns: Iterable[str], account: Account
) -> dict[str, Statement]:
    """Return the statements for reading these objects of S3, with which ECS sets environment variables."""
    files, keys = tuple(file_arns), tuple(kms_key_arns)
    if not files:
        return {}
    buckets = tuple(dict.fromkeys(arn.partition("/")[0] for arn in files))
    statements = {
        "FindEnvironmentFiles": Statement(actions=("s3:GetBucketLocation",), resources=buckets),
        "ReadEnvironmentFiles": Statement(actions=("s3:GetObject",), resources=files),
    }
    if keys:
        via = {"StringEquals": {"kms:ViaService": account.endpoint("s3")}}
        statements["DecryptEnvironmentFiles"] = Statement(actions=("kms:Decrypt",), resources=keys, conditions=via)
    return statements


def read_secrets(
    *,
    secret_arns: Iterable[str],
    parameter_arns: Iterable[str],
    kms_key_arns: Iterable[str],
    account: Account,
) -> dict[str, Statement]:
    """Return the statements for reading and decrypting these secrets and parameters."""
    secrets, parameters, keys = tuple(secret_arns), tuple(parameter_arns), tuple(kms_key_arns)
    statements = {}
    if secrets:
        statements["ReadSecrets"] = Statement(actions=("secretsmanager:GetSecretValue",), resources=secrets)
    if parameters:
        statements["ReadParameters"] = Statement(actions=("ssm:GetParameters",), resources=parameters)
    if keys and statements:
        services = [name for name, arns in (("secretsmanager", secrets), ("ssm", parameters)) if arns]
        statements["DecryptSecrets"] = Statement(
            actions=("kms:Decrypt",),
            resources=keys,
            conditions={"StringEquals": {"kms:ViaService": [account.endpoint(service) for service in services]}},
        )
    return statements
