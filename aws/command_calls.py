"""What each command asks of AWS: command → calls → IAM actions, and what of the environment they are about.

The only table of this: the roles of the delivery layer are made from it, and tests compare it with the calls that
commands make. Names of services and operations are boto3's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Command = Literal[
    "plan", "plan-secrets", "apply", "apply-service", "deploy", "migrate", "switch", "push", "status", "logs",
    "run", "exec", "scale", "restart", "rotate",
]  # fmt: skip
"""Commands of Windlass, and what people do beside them. `plan-secrets` is what a plan of the data layer needs besides:
it opens secrets; `apply-service` is what an apply of the service layer changes during a deployment."""

Target = Literal[
    "any",
    "code-deployments",
    "families",
    "listener-rules",
    "lock-table",
    "log-groups",
    "parameters",
    "repositories",
    "scalable-targets",
    "secrets",
    "secrets-key",
    "service-state",
    "services",
    "sessions",
    "sessions-key",
    "state-bucket",
    "state-key",
    "state-lock",
    "states",
    "task-roles",
    "tasks",
]
"""What calls are about. `layers.delivery_targets` says which ARNs these are."""

_IAM_NAMES: Mapping[str, str] = {"elbv2": "elasticloadbalancing"}
_IAM_ACTIONS: Mapping[str, str] = {"s3:HeadBucket": "s3:ListBucket", "s3:ListObjectsV2": "s3:ListBucket"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a command."""

    service: str
    """boto3's name of the service."""

    operation: str
    """The operation; of an action that AWS checks without a call (`iam:PassRole`), the action's name."""

    target: Target
    """What it is about."""

    @property
    def action(self) -> str:
        """The IAM action that AWS checks."""
        action = f"{_IAM_NAMES.get(self.service, self.service)}:{self.operation}"
        return _IAM_ACTIONS.get(action, action)


def calls_of(*commands: Command) -> Iterator[Call]:
    """Every call of these commands, once."""
    yield from dict.fromkeys(call for command in commands for call in COMMANDS[command])


def _on(target: Target, service: str, *operations: str) -> tuple[Call, ...]:
    return tuple(Call(service=service, operation=operation, target=target) for operation in operations)


_READ_STATES = (
    *_on("state-bucket", "s3", "HeadBucket", "ListObjectsV2"),
    *_on("states", "s3", "GetObject"),
    # S3 decrypts on behalf of the caller, and DynamoDB does with the lock table, which has the same key.
    *_on("state-key", "kms", "Decrypt"),
    # Terraform compares the state with a digest in the table, also without a lock.
    *_on("lock-table", "dynamodb", "GetItem", "DescribeTable"),
)
_LOCK_STATES = (
    *_on("lock-table", "dynamodb", "PutItem", "DeleteItem"),
    *_on("state-lock", "s3", "PutObject", "DeleteObject"),
    *_on("state-key", "kms", "GenerateDataKey"),
)
_READ_OUTPUTS = (
    *_on("state-bucket", "s3", "HeadBucket", "ListObjectsV2"),
    *_on("service-state", "s3", "GetObject"),
    *_on("state-key", "kms", "Decrypt"),
)
_STATUS = (
    *_READ_OUTPUTS,
    *_on("parameters", "ssm", "GetParameterHistory"),
    *_on("any", "elbv2", "DescribeRules", "DescribeTargetHealth"),
    *_on("any", "cloudwatch", "DescribeAlarms"),
    *_on("any", "ecs", "DescribeTaskDefinition"),
    *_on("any", "ecs", "ListTasks"),
    *_on("services", "ecs", "DescribeServices"),
    *_on("tasks", "ecs", "DescribeTasks"),
    *_on("code-deployments", "codedeploy", "ListDeployments", "GetDeployment", "GetDeploymentGroup"),
    *_on("any", "codedeploy", "GetDeploymentTarget"),
)
_MINIMUM = (
    *_on("any", "application-autoscaling", "DescribeScalableTargets", "DescribeScheduledActions"),
    *_on("scalable-targets", "application-autoscaling", "RegisterScalableTarget", "PutScheduledAction"),
    *_on("scalable-targets", "application-autoscaling", "DeleteScheduledAction"),
)
_PARAMETERS = _on("parameters", "ssm", "PutParameter", "LabelParameterVersion")
_ONE_OFF_TASKS = (
    *_on("families", "ecs", "RunTask"),
    *_on("tasks", "ecs", "StopTask", "TagResource"),
    *_on("task-roles", "iam", "PassRole"),
    *_on("log-groups", "logs", "GetLogEvents"),
)

COMMANDS: Mapping[Command, tuple[Call, ...]] = {
    "plan": _READ_STATES,
    "plan-secrets": (
        *_on("any", "secretsmanager", "GetRandomPassword"),
        *_on("secrets", "secretsmanager", "GetSecretValue"),
        *_on("secrets-key", "kms", "Decrypt"),
    ),
    "apply": (*_READ_STATES, *_LOCK_STATES, *_on("states", "s3", "PutObject", "DeleteObject"), *_MINIMUM),
    "apply-service": (
        *_READ_STATES,
        *_LOCK_STATES,
        *_on("service-state", "s3", "PutObject"),
        *_on("any", "ecs", "DeregisterTaskDefinition"),
        *_on("families", "ecs", "RegisterTaskDefinition", "TagResource"),
        *_on("services", "ecs", "UpdateService"),
        *_on("task-roles", "iam", "PassRole"),
    ),
    # It shows what every layer holds.
    "status": (*_STATUS, *_on("states", "s3", "GetObject")),
    "switch": (
        *_STATUS,
        *_PARAMETERS,
        *_MINIMUM,
        *_on("listener-rules", "elbv2", "ModifyRule"),
        *_on("services", "ecs", "UpdateService"),
    ),
    "migrate": (*_STATUS, *_ONE_OFF_TASKS),
    "deploy": (
        *_STATUS,
        *_PARAMETERS,
        *_MINIMUM,
        *_ONE_OFF_TASKS,
        *_on("listener-rules", "elbv2", "ModifyRule"),
        *_on("repositories", "ecr", "DescribeImages"),
        *_on("services", "ecs", "UpdateService"),
        *_on("code-deployments", "codedeploy", "CreateDeployment", "GetDeploymentConfig"),
        *_on("code-deployments", "codedeploy", "GetApplicationRevision", "RegisterApplicationRevision"),
    ),
    "push": (
        *_on("any", "ecr", "GetAuthorizationToken"),
        *_on("repositories", "ecr", "BatchCheckLayerAvailability", "BatchGetImage", "CompleteLayerUpload"),
        # Also from one repository of the environment into another.
        *_on("repositories", "ecr", "GetDownloadUrlForLayer"),
        *_on("repositories", "ecr", "InitiateLayerUpload", "PutImage", "UploadLayerPart"),
    ),
    "logs": _on("log-groups", "logs", "DescribeLogStreams", "FilterLogEvents", "GetLogEvents"),
    "run": (*_STATUS, *_ONE_OFF_TASKS),
    "exec": (*_STATUS, *_on("sessions", "ecs", "ExecuteCommand"), *_on("sessions-key", "kms", "GenerateDataKey")),
    "scale": (*_STATUS, *_MINIMUM, *_on("services", "ecs", "UpdateService")),
    "restart": (*_STATUS, *_on("services", "ecs", "UpdateService"), *_on("tasks", "ecs", "StopTask")),
    # A new value is written and never read.
    "rotate": (
        *_on("secrets", "secretsmanager", "DescribeSecret", "PutSecretValue"),
        *_on("secrets-key", "kms", "Decrypt", "GenerateDataKey"),
    ),
}
"""The calls of each command."""
