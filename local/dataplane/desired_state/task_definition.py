"""Task definitions as frozen values, read from what the ECS API returns."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Condition = Literal["START", "HEALTHY", "COMPLETE", "SUCCESS"]

DEFAULT_STOP_TIMEOUT_SECONDS = 30
"""Fargate's default time between SIGTERM and SIGKILL."""


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """The health check of a container."""

    command: tuple[str, ...]
    """`CMD` and arguments, or `CMD-SHELL` and one string."""
    interval_seconds: float
    timeout_seconds: float
    retries: int
    """Consecutive failures that make the container unhealthy."""
    start_period_seconds: float
    """Failures do not count during this time after the start."""


@dataclass(frozen=True, kw_only=True)
class MountPoint:
    """A volume of the task at a path in the container."""

    path: str
    volume: str
    read_only: bool


@dataclass(frozen=True, kw_only=True)
class RestartPolicy:
    """A container that ends is started again, while its task continues."""

    ignored_exit_codes: tuple[int, ...]
    """It is not started again after these exit codes."""
    attempt_period_seconds: float
    """It is started again only when it has run for this long."""


@dataclass(frozen=True, kw_only=True)
class AwsLogs:
    """The log driver `awslogs`."""

    group: str
    stream_prefix: str


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container of a task definition."""

    name: str
    image: str
    entry_point: tuple[str, ...]
    """Empty where the image's applies."""
    command: tuple[str, ...]
    """Empty where the image's applies."""
    environment: Mapping[str, str]
    environment_files: tuple[str, ...]
    """ARNs of objects in S3, each with a variable in a line."""
    secrets: Mapping[str, str]
    """Variable → `valueFrom`."""
    ports: tuple[int, ...]
    """Container ports, in the order of the port mappings."""
    health_check: HealthCheck | None
    depends_on: tuple[tuple[str, Condition], ...]
    essential: bool
    stop_timeout_seconds: float
    working_directory: str | None
    mounts: tuple[MountPoint, ...]
    user: str
    """`UID`, `UID:GID` or a name; empty where the image's applies."""
    read_only_root: bool
    restart: RestartPolicy | None
    logs: AwsLogs | None
    """`None` for another log driver, or without a stream prefix."""


@dataclass(frozen=True, kw_only=True)
class FileSystem:
    """A volume that is on EFS."""

    volume: str
    id: str
    access_point_id: str
    """Empty for the root of the file system."""
    asks_iam: bool
    """Whether it is mounted with the task role."""


@dataclass(frozen=True, kw_only=True)
class TaskDefinition:
    """One revision of a task definition."""

    arn: str
    family: str
    containers: tuple[Container, ...]
    cpu: str
    memory: str
    task_role_arn: str = ""
    """The role of the code in the containers. Default: none, and they get no credentials."""
    execution_role_arn: str = ""
    """The role with which ECS reads secrets and writes logs. Default: none."""
    file_systems: tuple[FileSystem, ...] = ()
    """Volumes that tasks share. Every other volume is the task's own."""


def task_definition_from(document: Mapping[str, Any]) -> TaskDefinition:
    """Read the `taskDefinition` of a DescribeTaskDefinition response."""
    return TaskDefinition(
        arn=document["taskDefinitionArn"],
        family=document["family"],
        containers=tuple(_container(each) for each in document["containerDefinitions"]),
        cpu=str(document.get("cpu") or "0"),
        memory=str(document.get("memory") or "0"),
        task_role_arn=str(document.get("taskRoleArn") or ""),
        execution_role_arn=str(document.get("executionRoleArn") or ""),
        file_systems=tuple(
            _file_system(each) for each in document.get("volumes") or [] if "efsVolumeConfiguration" in each
        ),
    )


def with_overrides(definition: TaskDefinition, overrides: Mapping[str, Any]) -> TaskDefinition:
    """The definition with the `overrides` of RunTask: the roles, and command and environment of named containers."""
    by_name = {each["name"]: each for each in overrides.get("containerOverrides") or []}
    containers = tuple(
        replace(
            container,
            command=tuple(by_name[container.name].get("command") or container.command),
            environment={**container.environment, **_pairs(by_name[container.name].get("environment"))},
        )
        if container.name in by_name
        else container
        for container in definition.containers
    )
    return replace(
        definition,
        containers=containers,
        task_role_arn=str(overrides.get("taskRoleArn") or definition.task_role_arn),
        execution_role_arn=str(overrides.get("executionRoleArn") or definition.execution_role_arn),
    )


def _file_system(document: Mapping[str, Any]) -> FileSystem:
    configuration = document["efsVolumeConfiguration"]
    authorization = configuration.get("authorizationConfig") or {}
    return FileSystem(
        volume=document["name"],
        id=configuration["fileSystemId"],
        access_point_id=str(authorization.get("accessPointId") or ""),
        asks_iam=authorization.get("iam") == "ENABLED",
    )


def _container(document: Mapping[str, Any]) -> Container:
    check = document.get("healthCheck")
    return Container(
        name=document["name"],
        image=document["image"],
        entry_point=tuple(document.get("entryPoint") or ()),
        command=tuple(document.get("command") or ()),
        environment=_pairs(document.get("environment")),
        environment_files=tuple(each["value"] for each in document.get("environmentFiles") or []),
        secrets={each["name"]: each["valueFrom"] for each in document.get("secrets") or []},
        ports=tuple(int(each["containerPort"]) for each in document.get("portMappings") or []),
        health_check=_health_check(check) if check else None,
        depends_on=tuple((each["containerName"], each["condition"]) for each in document.get("dependsOn") or []),
        essential=document.get("essential", True) is not False,
        stop_timeout_seconds=float(document.get("stopTimeout") or DEFAULT_STOP_TIMEOUT_SECONDS),
        working_directory=document.get("workingDirectory"),
        mounts=tuple(
            MountPoint(
                path=each["containerPath"], volume=each["sourceVolume"], read_only=each.get("readOnly", False) is True
            )
            for each in document.get("mountPoints") or []
        ),
        user=str(document.get("user") or ""),
        read_only_root=document.get("readonlyRootFilesystem") is True,
        restart=_restart_policy(document.get("restartPolicy") or {}),
        logs=_logs(document.get("logConfiguration") or {}),
    )


def _logs(document: Mapping[str, Any]) -> AwsLogs | None:
    options = document.get("options") or {}
    if document.get("logDriver") != "awslogs" or "awslogs-stream-prefix" not in options:
        return None
    return AwsLogs(group=options["awslogs-group"], stream_prefix=options["awslogs-stream-prefix"])


def _restart_policy(document: Mapping[str, Any]) -> RestartPolicy | None:
    if not document.get("enabled"):
        return None
    return RestartPolicy(
        ignored_exit_codes=tuple(int(code) for code in document.get("ignoredExitCodes") or ()),
        attempt_period_seconds=float(document.get("restartAttemptPeriod") or 300),
    )


def _health_check(document: Mapping[str, Any]) -> HealthCheck:
    # The defaults are those of ECS.
    return HealthCheck(
        command=tuple(document["command"]),
        interval_seconds=float(document.get("interval") or 30),
        timeout_seconds=float(document.get("timeout") or 5),
        retries=int(document.get("retries") or 3),
        start_period_seconds=float(document.get("startPeriod") or 0),
    )


def _pairs(documents: Any) -> dict[str, str]:
    return {each["name"]: str(each["value"]) for each in documents or []}
