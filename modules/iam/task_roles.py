"""The two roles of a service: the execution role, with which ECS starts tasks, and the task role of its code (I01)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from aws.account import Account
from modules.iam.statements import (
    Statement,
    policy,
    pull_images,
    read_environment_files,
    read_secrets,
    tasks_trust,
    write_logs,
)

__all__ = ["ExecuteCommandAccess", "Statement", "TaskRoles", "TaskRolesInputs", "TaskRolesOutputs"]

_EXECUTION, _TASK = "-execution", "-task"
_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]+")
_PATH = re.compile(r"/([!-~]+/)?")


@dataclass(frozen=True, kw_only=True)
class ExecuteCommandAccess:
    """Permissions for ECS Exec: log group and key of the cluster's session logs."""

    log_group_arn: str | None = None
    """Log group of the sessions, without `:*`. Default: none, the cluster logs no sessions."""

    kms_key_arn: str | None = None
    """Key that the cluster encrypts sessions with. The role may decrypt whatever that key encrypts, so it should be a
    key for sessions alone. Default: none."""


@dataclass(frozen=True, kw_only=True)
class TaskRolesInputs:
    """The resources that a service uses; its roles get access to no others."""

    name: str
    """Name of the roles without `-execution` and `-task`; 1 to 54 letters, digits, `+=,.@_-`. IAM names are
    unique per account, across regions: include whatever distinguishes two deployments."""

    account: Account
    """Account and region of the service."""

    path: str = "/"
    """IAM path of the roles, which begins and ends with `/`. Default: `/`."""

    repository_arns: Sequence[str] = ()
    """ECR repositories of the images. Default: none; images of public registries need no permission."""

    cached_repository_arns: Sequence[str] = ()
    """ECR repositories that a pull-through cache creates with the first pull. Default: none."""

    log_group_arns: Sequence[str] = ()
    """Log groups of the containers, without `:*`. Default: none."""

    secret_arns: Sequence[str] = ()
    """Secrets Manager secrets of the containers, without `:json-key::`. Default: none."""

    environment_file_arns: Sequence[str] = ()
    """Environment files of the containers, objects in S3. Default: none."""

    parameter_arns: Sequence[str] = ()
    """SSM parameters that the containers use as secrets. Default: none."""

    kms_key_arns: Sequence[str] = ()
    """Customer-managed KMS keys of those secrets and parameters. Default: none; AWS managed keys need no permission."""

    foreign_key_arns: Sequence[str] = ()
    """Customer-managed KMS keys of environment files. Default: none."""

    task_statements: Mapping[str, Statement] = field(default_factory=dict)
    """Statements of the task role, by Sid. Default: none."""

    managed_policy_arns: Mapping[str, str] = field(default_factory=dict)
    """Managed policies of the task role, by a word for their Terraform addresses. Default: none."""

    execute_command: ExecuteCommandAccess | None = None
    """Allow ECS Exec. Default: no."""

    permissions_boundary_arn: str | None = None
    """Permissions boundary of both roles. Default: none."""


@dataclass(frozen=True, kw_only=True)
class TaskRolesOutputs:
    """Outputs for a task definition. A layer that uses existing roles (E11) creates this itself."""

    execution_role_arn: str
    """Role with which ECS starts tasks."""

    execution_role_name: str
    """Name of the execution role."""

    task_role_arn: str
    """Role of the code in the containers."""

    task_role_name: str
    """Name of the task role."""

    policy_addresses: Sequence[str] = ()
    """Terraform addresses of the roles' policies, for the `depends_on` of the service: a reference to a role's ARN does
    not wait for them, and a task that starts too early cannot pull its image."""


class TaskRoles(Construct):
    """An execution role and a task role, each with one inline policy, which is deleted with its role."""

    outputs: TaskRolesOutputs

    def __init__(self, scope: Construct, id_: str, inputs: TaskRolesInputs) -> None:
        super().__init__(scope, id_)
        _check(inputs)
        execution = self._role(inputs, "execution", _EXECUTION, "starts its tasks")
        task = self._role(inputs, "task", _TASK, "is the role of its code")
        policies = [
            *self._policy("execution", execution, _execution_statements(inputs)),
            *self._policy("task", task, _task_statements(inputs)),
            *(self._attachment(word, task, arn) for word, arn in inputs.managed_policy_arns.items()),
        ]
        self.outputs = TaskRolesOutputs(
            execution_role_arn=execution.arn,
            execution_role_name=execution.name,
            task_role_arn=task.arn,
            task_role_name=task.name,
            policy_addresses=tuple(policies),
        )

    def _role(self, inputs: TaskRolesInputs, id_: str, suffix: str, purpose: str) -> IamRole:
        return IamRole(
            self,
            id_,
            name=f"{inputs.name}{suffix}",
            path=inputs.path,
            description=f"{inputs.name}: {purpose}",
            assume_role_policy=tasks_trust(inputs.account),
            permissions_boundary=inputs.permissions_boundary_arn,
        )

    def _policy(self, id_: str, role: IamRole, statements: Mapping[str, Statement]) -> list[str]:
        if not statements:
            return []
        resource = IamRolePolicy(self, f"{id_}-policy", name=id_, role=role.name, policy=policy(statements))
        return [f"aws_iam_role_policy.{resource.friendly_unique_id}"]

    def _attachment(self, word: str, role: IamRole, arn: str) -> str:
        resource = IamRolePolicyAttachment(self, f"task-{word}", role=role.name, policy_arn=arn)
        return f"aws_iam_role_policy_attachment.{resource.friendly_unique_id}"


def _execution_statements(inputs: TaskRolesInputs) -> dict[str, Statement]:
    return {
        **pull_images(inputs.repository_arns, inputs.cached_repository_arns),
        **write_logs(inputs.log_group_arns),
        **read_environment_files(
            inputs.environment_file_arns, kms_key_arns=inputs.foreign_key_arns, account=inputs.account
        ),
        **read_secrets(
            secret_arns=inputs.secret_arns,
            parameter_arns=inputs.parameter_arns,
            kms_key_arns=inputs.kms_key_arns,
            account=inputs.account,
        ),
    }


def _task_statements(inputs: TaskRolesInputs) -> dict[str, Statement]:
    added = _execute_command_statements(inputs.execute_command) if inputs.execute_command else {}
    clash = sorted(set(added) & set(inputs.task_statements))
    if clash:
        raise ValueError(f"task_statements has {', '.join(clash)}; the name is taken by execute_command")
    return {**inputs.task_statements, **added}


def _execute_command_statements(access: ExecuteCommandAccess) -> dict[str, Statement]:
    statements = {
        "ExecuteCommandChannels": Statement(
            actions=(
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ),
            resources=("*",),
            any_resource_because="AWS has no resource-level permission for session channels",
        )
    }
    if access.log_group_arn is not None:
        statements["ExecuteCommandFindLogs"] = Statement(
            actions=("logs:DescribeLogGroups",),
            resources=("*",),
            any_resource_because="the session agent lists all log groups to find its own",
        )
        statements["ExecuteCommandWriteLogs"] = Statement(
            actions=("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
            resources=(f"{access.log_group_arn}:*",),
        )
    if access.kms_key_arn is not None:
        statements["ExecuteCommandDecrypt"] = Statement(actions=("kms:Decrypt",), resources=(access.kms_key_arn,))
    return statements


def _check(inputs: TaskRolesInputs) -> None:
    most = 64 - len(_EXECUTION)
    if "${" not in inputs.name and (len(inputs.name) > most or not _NAME.fullmatch(inputs.name)):
        raise ValueError(
            f'role name is "{inputs.name}"; allowed are 1 to {most} letters, digits and "+=,.@_-" '
            f'("{_EXECUTION}" is added, and IAM allows 64)'
        )
    if "${" not in inputs.path and not _PATH.fullmatch(inputs.path):
        raise ValueError(f'role path is "{inputs.path}"; it must begin and end with "/"')
