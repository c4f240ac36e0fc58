"""Creates the task definition and the ECS service of every service, for web services and Airflow alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from constructs import Construct

from layers.context import ServiceContext
from modules import ecs
from modules.iam import TaskRolesOutputs


@dataclass(frozen=True, kw_only=True)
class TaskSpec:
    """One task definition."""

    family: str
    """Name of the task definition."""

    log_group_name: str
    """Log group of all containers; created with the task definition."""

    containers: Sequence[ecs.Container]

    roles: TaskRolesOutputs
    """Execution role and task role (I01)."""

    size: ecs.TaskSize

    volumes: Mapping[str, ecs.EfsVolume | None] = field(default_factory=dict)
    """Volumes by name; see `ecs.TaskDefinitionInputs`. Default: none."""


@dataclass(frozen=True, kw_only=True)
class EcsServiceSpec:
    """One ECS service: a colour of a web service, a whole one, or a component of Airflow."""

    task: TaskSpec
    """What runs. The service has the name of the task definition's family."""

    security_group_id: str

    desired_count: int
    """Number of tasks when the service is created."""

    ignore_desired_count: bool = True
    """Whether Terraform ignores the number of tasks afterwards (E07). Default: yes; scaling or a switch sets it."""

    capacity: ecs.CapacityInputs

    load_balancing: ecs.LoadBalancing | None = None
    """Target groups that tasks register in. Default: none."""

    discovery: ecs.DiscoveryInputs | None = None
    """Name in Cloud Map. Default: none."""

    scaling: ecs.ScalingInputs | None = None
    """Default: nothing scales the service."""

    deployment: ecs.DeploymentInputs = field(default_factory=ecs.DeploymentInputs)
    """Default: ECS deploys, and rolls back a deployment that fails."""

    enable_execute_command: bool
    """Whether ECS Exec may open a shell in its containers."""

    availability_zone_rebalancing: bool = True
    """ECS moves tasks from one zone to another to balance them. Default: yes."""

    depends_on: Sequence[str] = ()
    """Terraform addresses that must exist first, besides the policies of its roles."""


def task_definition(context: ServiceContext, task: TaskSpec) -> ecs.TaskDefinitionInputs:
    """The inputs of a task definition."""
    environment = context.environment
    return ecs.TaskDefinitionInputs(
        family=task.family,
        region=environment.aws.region,
        containers=task.containers,
        log_group=context.log_group(task.log_group_name),
        execution_role_arn=task.roles.execution_role_arn,
        task_role_arn=task.roles.task_role_arn,
        size=task.size,
        volumes=task.volumes,
        allow_moving_tags=context.allows_moving_tags,
        keep_old_revisions=not environment.is_emulated,
    )


def ecs_service(scope: Construct, id_: str, context: ServiceContext, spec: EcsServiceSpec) -> ecs.ServiceOutputs:
    """Create a task definition and the ECS service that runs it.

    Args:
        scope: the service's construct.
        id_: construct id, part of the addresses.
        context: what all services share.
        spec: what differs between services.
    """
    inputs = ecs.ServiceInputs(
        name=spec.task.family,
        cluster_arn=context.cluster.arn,
        cluster_name=context.cluster.name,
        task=task_definition(context, spec.task),
        network=ecs.NetworkInputs(
            subnet_ids=context.task_subnet_ids,
            security_group_ids=[spec.security_group_id],
            assign_public_ip=context.tasks_are_public,
        ),
        desired_count=spec.desired_count,
        ignore_desired_count=spec.ignore_desired_count,
        capacity=spec.capacity,
        load_balancing=spec.load_balancing,
        discovery=spec.discovery,
        scaling=spec.scaling,
        deployment=spec.deployment,
        enable_execute_command=spec.enable_execute_command,
        availability_zone_rebalancing=spec.availability_zone_rebalancing,
        depends_on=[*spec.depends_on, *spec.task.roles.policy_addresses],
    )
    return ecs.Service(scope, id_, inputs).outputs
