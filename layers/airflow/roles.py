"""The two roles of each component: its execution role reads what its containers name, its task role does its work."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from constructs import Construct

from config import Environment
from config.airflow_dags import EfsDags, S3Dags
from layers import images
from layers.airflow.deployment import TASK_LOGS_FOLDER
from layers.airflow.names import airflow_images, airflow_of, service_name
from layers.web.shared import Surroundings
from modules.airflow import Component
from modules.airflow.variables import READS_DAGS, USES_TASK_LOGS
from modules.ecs import Container
from modules.iam import ExecuteCommandAccess, Statement, TaskRoles, TaskRolesInputs, TaskRolesOutputs


@dataclass(frozen=True, kw_only=True)
class RoleInputs:
    """What tells the roles of one ECS service from those of another."""

    key: str
    """Key of the service, such as `scheduler` or `worker-default`."""

    component: Component
    containers: Sequence[Container]
    log_group_name: str
    statements: Mapping[str, Statement] = field(default_factory=dict)
    """What its code may do beside what every task of the component may."""
    is_service: bool = True
    """Whether people may open a shell in it, where they may at all."""


def component_roles(scope: Construct, around: Surroundings, inputs: RoleInputs) -> TaskRolesOutputs:
    """Make the execution role and the task role of a component (I01), or take those that exist already (E11)."""
    environment, aws = around.environment, around.environment.aws
    existing = airflow_of(environment).roles.get(inputs.key)
    if existing is not None:
        return TaskRolesOutputs(
            execution_role_arn=existing.execution_role_arn,
            execution_role_name=existing.execution_role_arn.rpartition("/")[2],
            task_role_arn=existing.task_role_arn,
            task_role_name=existing.task_role_arn.rpartition("/")[2],
        )
    arns = sorted({secret.arn for container in inputs.containers for secret in container.secrets.values()})
    own, cached = _repositories(around, inputs.containers)
    roles = TaskRolesInputs(
        name=service_name(environment, inputs.key),
        region=aws.region,
        account_id=aws.account_id,
        partition=aws.partition,
        repository_arns=own,
        cached_repository_arns=cached,
        log_group_arns=[f"arn:{aws.partition}:logs:{aws.region}:{aws.account_id}:log-group:{inputs.log_group_name}"],
        secret_arns=[arn for arn in arns if ":ssm:" not in arn],
        parameter_arns=[arn for arn in arns if ":ssm:" in arn],
        kms_key_arns=[around.network.kms_key_arn],
        task_statements={**_statements(inputs, around), **inputs.statements},
        execute_command=_execute_command(around) if inputs.is_service else None,
    )
    return TaskRoles(scope, f"{inputs.key}-roles", roles).outputs


def allows_execute_command(environment: Environment) -> bool:
    """Whether people may run a shell in Airflow's containers."""
    own = airflow_of(environment).execute_command
    return environment.cluster.execute_command if own is None else own


def _execute_command(around: Surroundings) -> ExecuteCommandAccess | None:
    if not allows_execute_command(around.environment):
        return None
    return ExecuteCommandAccess(
        log_group_arn=around.cluster.execute_command_log_group_arn, kms_key_arn=around.network.kms_key_arn
    )


def _repositories(around: Surroundings, containers: Iterable[Container]) -> tuple[list[str], list[str]]:
    """ECR repositories that the containers' images lie in: ordinary ones, and copies of the pull-through cache."""
    environment = around.environment
    named = airflow_images(airflow_of(environment))
    copies = {copy for image in named if (copy := images.cached_image(image, environment)) != image}
    used = {container.image for container in containers}
    found = {image: images.repository_arn(image) for image in used}
    own = sorted({arn for image, arn in found.items() if arn is not None and image not in copies})
    return own, sorted({arn for image, arn in found.items() if arn is not None and image in copies})


def _statements(inputs: RoleInputs, around: Surroundings) -> Mapping[str, Statement]:
    component = inputs.component
    return {
        **(_task_logs(around, writes=component != "api-server") if component in USES_TASK_LOGS else {}),
        **(_dags(around) if component in READS_DAGS else {}),
        **(_task_protection(inputs.key, around) if component == "worker" else {}),
    }


def _task_logs(around: Surroundings, *, writes: bool) -> dict[str, Statement]:
    """A17: workers and triggerer put logs together and write them whole, so they read them too."""
    bucket = _bucket_arn(around, str(around.data.airflow_task_logs_bucket_name))
    actions = ("s3:GetObject", "s3:PutObject") if writes else ("s3:GetObject",)
    return {
        "TaskLogs": Statement(actions=actions, resources=(f"{bucket}/{TASK_LOGS_FOLDER}/*",)),
        "FindTaskLogs": Statement(
            actions=("s3:ListBucket",),
            resources=(bucket,),
            conditions={"StringLike": {"s3:prefix": f"{TASK_LOGS_FOLDER}/*"}},
        ),
        "TaskLogsKey": _key(around, "s3", ("kms:Decrypt", "kms:GenerateDataKey") if writes else ("kms:Decrypt",)),
    }


def _dags(around: Surroundings) -> dict[str, Statement]:
    dags, aws = airflow_of(around.environment).dags, around.environment.aws
    if isinstance(dags, S3Dags):
        bucket = _bucket_arn(around, dags.bucket or str(around.data.airflow_dags_bucket_name))
        folder = f"{dags.prefix}/*" if dags.prefix else "*"
        return {
            "Dags": Statement(actions=("s3:GetObject",), resources=(f"{bucket}/{folder}",)),
            "FindDags": Statement(actions=("s3:ListBucket", "s3:GetBucketLocation"), resources=(bucket,)),
            **({} if dags.bucket else {"DagsKey": _key(around, "s3", ("kms:Decrypt",))}),
        }
    if isinstance(dags, EfsDags):
        place = f"arn:{aws.partition}:elasticfilesystem:{aws.region}:{aws.account_id}"
        system = dags.file_system_id or around.data.airflow_dags_file_system_id
        point = dags.access_point_id or around.data.airflow_dags_access_point_id
        return {
            # Without ClientWrite the mount is read-only, whatever a container asks for (A14).
            "Dags": Statement(
                actions=("elasticfilesystem:ClientMount",),
                resources=(f"{place}:file-system/{system}",),
                conditions={"StringEquals": {"elasticfilesystem:AccessPointArn": f"{place}:access-point/{point}"}},
            )
        }
    return {}


def _task_protection(key: str, around: Surroundings) -> dict[str, Statement]:
    """A worker protects its task, and sees whether its service wants another revision."""
    aws, prefix = around.environment.aws, around.environment.prefix
    place = f"arn:{aws.partition}:ecs:{aws.region}:{aws.account_id}"
    return {
        "ProtectRunningTasks": Statement(
            actions=("ecs:GetTaskProtection", "ecs:UpdateTaskProtection"), resources=(f"{place}:task/{prefix}/*",)
        ),
        "SeeOwnService": Statement(
            actions=("ecs:DescribeServices",),
            resources=(f"{place}:service/{prefix}/{service_name(around.environment, key)}",),
        ),
    }


def _bucket_arn(around: Surroundings, name: str) -> str:
    return f"arn:{around.environment.aws.partition}:s3:::{name}"


def _key(around: Surroundings, service: str, actions: Sequence[str]) -> Statement:
    aws = around.environment.aws
    suffix = "amazonaws.com.cn" if aws.partition == "aws-cn" else "amazonaws.com"
    return Statement(
        actions=actions,
        resources=(around.network.kms_key_arn,),
        conditions={"StringEquals": {"kms:ViaService": f"{service}.{aws.region}.{suffix}"}},
    )
