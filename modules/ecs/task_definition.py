"""A task definition: containers, size, roles, volumes and log group; for services and for one-off tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.ecs_task_definition import (
    EcsTaskDefinition,
    EcsTaskDefinitionEphemeralStorage,
    EcsTaskDefinitionRuntimePlatform,
    EcsTaskDefinitionVolume,
    EcsTaskDefinitionVolumeEfsVolumeConfiguration,
    EcsTaskDefinitionVolumeEfsVolumeConfigurationAuthorizationConfig,
)
from constructs import Construct

from aws.fargate import MIN_EPHEMERAL_STORAGE_GIB, check_ephemeral_storage, check_size
from modules.containers.container import NAME, AwsLogs, Container
from modules.containers.definition import container_definitions, container_definitions_json


@dataclass(frozen=True, kw_only=True)
class TaskSize:
    """CPU, memory, disk and architecture of a task."""

    cpu_units: int = 256
    """CPU; 1024 units are one vCPU. Default: 256, the smallest."""

    memory_mib: int = 512
    """Memory; Fargate accepts certain pairs of CPU and memory only (E03). Default: 512, the smallest."""

    ephemeral_storage_gib: int = 20
    """Ephemeral storage for images and for volumes without a file system, 20 to 200 (E04). Default: 20, at no cost."""

    architecture: Literal["ARM64", "X86_64"] = "ARM64"
    """CPU architecture of the images (E02). Default: ARM64, which is 20 % cheaper."""

    def __post_init__(self) -> None:
        """Refuse what Fargate would refuse."""
        check_size(cpu_units=self.cpu_units, memory_mib=self.memory_mib)
        check_ephemeral_storage(self.ephemeral_storage_gib)


@dataclass(frozen=True, kw_only=True)
class LogGroupInputs:
    """The log group of a task's containers."""

    name: str
    """Name, such as `/windlass/<project>/<environment>/<service>`."""

    retention_days: int = 30
    """Days that events are kept; one of the values that CloudWatch Logs accepts. Default: 30."""

    kms_key_arn: str | None = None
    """KMS key that encrypts the events; its policy must allow CloudWatch Logs. Default: an AWS-owned key."""


@dataclass(frozen=True, kw_only=True)
class EfsVolume:
    """An EFS file system, which outlives the task (A14). Always encrypted in transit, with IAM authorization."""

    file_system_id: str
    """The file system."""

    access_point_id: str
    """The access point, which sets directory, user and group."""


@dataclass(frozen=True, kw_only=True)
class TaskDefinitionInputs:
    """What a task runs, and with which roles."""

    family: str
    """Family of the task definition; 1 to 255 letters, digits, `-`, `_`."""

    region: str
    """Region of the log group."""

    containers: Sequence[Container]
    """The containers of the task."""

    log_group: LogGroupInputs
    """Log group of all containers."""

    execution_role_arn: str
    """Role with which ECS starts the task: it pulls images, reads secrets and writes logs (I01)."""

    task_role_arn: str
    """Role that the code in the containers has (I01)."""

    size: TaskSize = field(default_factory=TaskSize)
    """CPU, memory, disk, architecture. Default: the smallest size."""

    volumes: Mapping[str, EfsVolume | None] = field(default_factory=dict)
    """Volumes by name: an EFS file system, or None for an empty volume on the task's ephemeral storage."""

    stream_prefix: str | None = None
    """First part of the log streams' names. Default: the family."""

    log_mode: Literal["non-blocking", "blocking"] = "non-blocking"
    """See `AwsLogs.mode`."""

    allow_moving_tags: bool = False
    """Accept image tags such as `latest` (E05). Default: no; for development only."""

    keep_old_revisions: bool = True
    """Keep replaced revisions registered. Default: yes. Terraform would deregister a revision as soon as its successor
    exists, and ECS cannot roll back to a deregistered one (E01). Revisions cost nothing, but remain after `terraform
    destroy`; turn this off for environments that must leave nothing behind."""


@dataclass(frozen=True, kw_only=True)
class TaskDefinitionOutputs:
    """Outputs for a service, or for the caller of one-off tasks."""

    arn: str
    """ARN, including the revision."""

    family: str
    """Family, without the revision."""

    log_group_name: str
    """Name of the log group."""

    log_group_arn: str
    """ARN of the log group, without `:*`."""

    container_ports: Mapping[str, frozenset[int]]
    """Container ports, by container; known at synth."""


class TaskDefinition(Construct):
    """A Fargate task definition with its log group."""

    outputs: TaskDefinitionOutputs

    def __init__(self, scope: Construct, id_: str, inputs: TaskDefinitionInputs) -> None:
        super().__init__(scope, id_)
        if "${" not in inputs.family and not NAME.fullmatch(inputs.family):
            raise ValueError(f'family is "{inputs.family}"; 1 to 255 letters, digits, "-" and "_" are allowed')
        log_group = CloudwatchLogGroup(
            self,
            "logs",
            name=inputs.log_group.name,
            retention_in_days=inputs.log_group.retention_days,
            kms_key_id=inputs.log_group.kms_key_arn,
        )
        log_group_name = log_group.name
        definitions = container_definitions(
            inputs.containers,
            AwsLogs(
                group=log_group_name,
                region=inputs.region,
                stream_prefix=inputs.stream_prefix or inputs.family,
                mode=inputs.log_mode,
            ),
            volumes=inputs.volumes,
            allow_moving_tags=inputs.allow_moving_tags,
        )
        task_definition = EcsTaskDefinition(
            self,
            "definition",
            family=inputs.family,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(inputs.size.cpu_units),
            memory=str(inputs.size.memory_mib),
            runtime_platform=EcsTaskDefinitionRuntimePlatform(
                cpu_architecture=inputs.size.architecture, operating_system_family="LINUX"
            ),
            ephemeral_storage=_ephemeral_storage(inputs.size.ephemeral_storage_gib),
            execution_role_arn=inputs.execution_role_arn,
            task_role_arn=inputs.task_role_arn,
            volume=[_volume(name, efs) for name, efs in sorted(inputs.volumes.items())] or None,
            container_definitions=container_definitions_json(definitions),
            skip_destroy=inputs.keep_old_revisions,
            # The service moves to the new revision before the old one is deregistered.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.outputs = TaskDefinitionOutputs(
            arn=task_definition.arn,
            family=inputs.family,
            log_group_name=log_group_name,
            log_group_arn=log_group.arn,
            container_ports={
                container.name: frozenset(port.container_port for port in container.port_mappings)
                for container in inputs.containers
            },
        )


def _ephemeral_storage(size_gib: int) -> EcsTaskDefinitionEphemeralStorage | None:
    # ECS refuses a request for the 20 GiB that every task has.
    if size_gib == MIN_EPHEMERAL_STORAGE_GIB:
        return None
    return EcsTaskDefinitionEphemeralStorage(size_in_gib=size_gib)


def _volume(name: str, efs: EfsVolume | None) -> EcsTaskDefinitionVolume:
    if efs is None:
        return EcsTaskDefinitionVolume(name=name)
    return EcsTaskDefinitionVolume(
        name=name,
        efs_volume_configuration=EcsTaskDefinitionVolumeEfsVolumeConfiguration(
            file_system_id=efs.file_system_id,
            transit_encryption="ENABLED",
            authorization_config=EcsTaskDefinitionVolumeEfsVolumeConfigurationAuthorizationConfig(
                access_point_id=efs.access_point_id, iam="ENABLED"
            ),
        ),
    )
