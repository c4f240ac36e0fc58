"""The two roles of each component: the execution role starts its tasks, the task role is what its code may do (I01)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from constructs import Construct

from config.airflow.dags import EfsDags, S3Dags
from layers import images
from layers.airflow.context import AirflowContext
from layers.airflow.deployment import TASK_LOGS_FOLDER
from layers.airflow_names import airflow_images, service_name
from layers.context import ServiceContext
from modules.airflow import Component
from modules.airflow.variables import READS_DAGS, USES_TASK_LOGS
from modules.ecs import Container
from modules.iam import Statement, TaskRoles, TaskRolesInputs, TaskRolesOutputs


@dataclass(frozen=True, kw_only=True)
class RoleInputs:
    """What differs between the roles of two ECS services."""

    key: str
    """Key of the service, such as `scheduler` or `worker-default`."""

    component: Component
    containers: Sequence[Container]
    log_group_name: str
    statements: Mapping[str, Statement] = field(default_factory=dict)
    """What its code may do in addition to what every task of the component may."""

    is_service: bool = True
    """Whether it is a service, which ECS Exec may be allowed for; a scheduled task is not."""


def component_roles(scope: Construct, context: AirflowContext, inputs: RoleInputs) -> TaskRolesOutputs:
    """Make the execution role and the task role of a component (I01), or use existing ones (E11)."""
    shared, environment, aws = context.shared, context.shared.environment, context.shared.environment.aws
    existing = context.settings.roles.get(inputs.key)
    if existing is not None:
        return TaskRolesOutputs(
            execution_role_arn=existing.execution_role_arn,
            execution_role_name=existing.execution_role_arn.rpartition("/")[2],
            task_role_arn=existing.task_role_arn,
            task_role_name=existing.task_role_arn.rpartition("/")[2],
        )
    arns = sorted({secret.arn for container in inputs.containers for secret in container.secrets.values()})
    own, cached = _repositories(context, inputs.containers)
    roles = TaskRolesInputs(
        name=service_name(environment, inputs.key),
        account=aws.account,
        repository_arns=own,
        cached_repository_arns=cached,
        log_group_arns=[shared.log_group_arn(inputs.log_group_name)],
        secret_arns=[arn for arn in arns if ":ssm:" not in arn],
        parameter_arns=[arn for arn in arns if ":ssm:" in arn],
        kms_key_arns=[shared.network.kms_key_arn, *_foreign_keys(context, arns)],
        task_statements={**_statements(inputs, context), **inputs.statements},
        execute_command=shared.execute_command_access if inputs.is_service and context.allows_execute_command else None,
    )
    return TaskRoles(scope, f"{inputs.key}-roles", roles).outputs


def _foreign_keys(context: AirflowContext, secret_arns: Iterable[str]) -> Sequence[str]:
    """Keys of existing secrets, for a role that reads one of them."""
    reads_existing = not context.settings.existing_secret_arns.isdisjoint(secret_arns)
    return context.settings.kms_key_arns if reads_existing else ()


def _repositories(context: AirflowContext, containers: Iterable[Container]) -> tuple[list[str], list[str]]:
    """ECR repositories of the containers' images: ordinary ones, and those of the pull-through cache."""
    environment = context.shared.environment
    named = airflow_images(context.settings)
    copies = {copy for image in named if (copy := images.cached_image(image, environment)) != image}
    used = {container.image for container in containers}
    arns = {image: images.repository_arn(image) for image in used}
    own = sorted({arn for image, arn in arns.items() if arn is not None and image not in copies})
    return own, sorted({arn for image, arn in arns.items() if arn is not None and image in copies})


def _statements(inputs: RoleInputs, context: AirflowContext) -> Mapping[str, Statement]:
    component = inputs.component
    return {
        **(_task_logs(context, writes=component != "api-server") if component in USES_TASK_LOGS else {}),
        **(_dags(context) if component in READS_DAGS else {}),
        **(_task_protection(inputs.key, context.shared) if component == "worker" else {}),
    }


def _task_logs(context: AirflowContext, *, writes: bool) -> dict[str, Statement]:
    """A17: workers and the triggerer append by reading a log and writing it whole, so they read as well."""
    bucket = context.shared.account.bucket_arn(context.data.task_logs_bucket_name)
    actions = ("s3:GetObject", "s3:PutObject") if writes else ("s3:GetObject",)
    key_actions = ("kms:Decrypt", "kms:GenerateDataKey") if writes else ("kms:Decrypt",)
    return {
        "TaskLogs": Statement(actions=actions, resources=(f"{bucket}/{TASK_LOGS_FOLDER}/*",)),
        "FindTaskLogs": Statement(
            actions=("s3:ListBucket",),
            resources=(bucket,),
            conditions={"StringLike": {"s3:prefix": f"{TASK_LOGS_FOLDER}/*"}},
        ),
        "TaskLogsKey": _key(context.shared, "s3", key_actions),
    }


def _dags(context: AirflowContext) -> dict[str, Statement]:
    dags = context.settings.dags
    if isinstance(dags, S3Dags):
        bucket = context.shared.account.bucket_arn(context.dags_bucket_name(dags))
        folder = f"{dags.prefix}/*" if dags.prefix else "*"
        return {
            "Dags": Statement(actions=("s3:GetObject",), resources=(f"{bucket}/{folder}",)),
            "FindDags": Statement(actions=("s3:ListBucket", "s3:GetBucketLocation"), resources=(bucket,)),
            **({} if dags.bucket else {"DagsKey": _key(context.shared, "s3", ("kms:Decrypt",))}),
        }
    if isinstance(dags, EfsDags):
        account, file_system = context.shared.account, context.dags_file_system(dags)
        access_point_arn = account.arn("elasticfilesystem", f"access-point/{file_system.access_point_id}")
        return {
            # Without ClientWrite the mount is read-only, whatever the container's mount options say (A14).
            "Dags": Statement(
                actions=("elasticfilesystem:ClientMount",),
                resources=(account.arn("elasticfilesystem", f"file-system/{file_system.file_system_id}"),),
                conditions={"StringEquals": {"elasticfilesystem:AccessPointArn": access_point_arn}},
            )
        }
    return {}


def _task_protection(key: str, shared: ServiceContext) -> dict[str, Statement]:
    """A worker protects its own task from scale-in, and checks whether its service deploys another revision."""
    account, prefix = shared.account, shared.environment.prefix
    return {
        "ProtectRunningTasks": Statement(
            actions=("ecs:GetTaskProtection", "ecs:UpdateTaskProtection"),
            resources=(account.arn("ecs", f"task/{prefix}/*"),),
        ),
        "SeeOwnService": Statement(
            actions=("ecs:DescribeServices",),
            resources=(account.arn("ecs", f"service/{prefix}/{service_name(shared.environment, key)}"),),
        ),
    }


def _key(shared: ServiceContext, service: str, actions: Sequence[str]) -> Statement:
    return Statement(
        actions=actions,
        resources=(shared.network.kms_key_arn,),
        conditions={"StringEquals": {"kms:ViaService": shared.account.endpoint(service)}},
    )
