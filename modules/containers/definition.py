"""Container definitions in the JSON form that ECS returns.

ECS adds defaults and drops empty fields. The JSON written here already looks like that, and is sorted by name, so that
a second plan is empty and a task definition is registered again only when its content changed (E10).
"""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from aws.quotas import CONTAINERS_PER_TASK_DEFINITION
from modules.containers.container import AwsLogs, Container, HealthCheck, MountPoint, PortMapping
from modules.containers.image import check_image

_EXPRESSION = re.compile(r"(?<!\$)\$\{[^{}]*\}")
_DIRECTIVE = re.compile(r"(?<!%)%\{")


def container_definitions(
    containers: Sequence[Container],
    logs: AwsLogs,
    *,
    volumes: Collection[str] = (),
    allow_moving_tags: bool = False,
) -> list[dict[str, Any]]:
    """Return the definitions of a task's containers, as ECS returns them.

    Args:
        containers: the containers of one task, in the order of the JSON.
        logs: log group of all containers.
        volumes: names of the task's volumes, for the mount points.
        allow_moving_tags: accept tags such as `latest` (E05); for development only.

    Raises:
        ValueError: two names are equal, there are more containers than ECS allows, no container is essential, a mount
            point or a dependency refers to something that does not exist, or an image reference is refused.
    """
    _check_together(containers, volumes)
    for container in containers:
        check_image(container.image, allow_moving_tags=allow_moving_tags)
    return [_definition(container, logs) for container in containers]


def container_definitions_json(definitions: Sequence[dict[str, Any]]) -> str:
    """Return the value of `container_definitions` for Terraform's JSON."""
    text = json.dumps(definitions, sort_keys=True, separators=(",", ":"))
    # Terraform evaluates the text as a template: quotes inside an expression must not be escaped, and "%{" starts a
    # directive. "%%{" is literal text already.
    text = _EXPRESSION.sub(lambda match: match.group().replace('\\"', '"'), text)
    return _DIRECTIVE.sub("%%{", text)


def _definition(container: Container, logs: AwsLogs) -> dict[str, Any]:
    options = {
        "awslogs-group": logs.group,
        "awslogs-region": logs.region,
        "awslogs-stream-prefix": logs.stream_prefix,
        "mode": logs.mode,
    }
    if logs.mode == "non-blocking":
        options["max-buffer-size"] = f"{logs.max_buffer_size_mib}m"
    given = {
        "name": container.name,
        "image": container.image,
        "essential": container.essential,
        "restartPolicy": {"enabled": True, "restartAttemptPeriod": 60} if container.restarts else None,
        "command": list(container.command),
        "entryPoint": list(container.entry_point),
        "environment": [{"name": name, "value": value} for name, value in sorted(container.environment.items())],
        "environmentFiles": [{"type": "s3", "value": arn} for arn in container.environment_file_arns],
        "secrets": [
            {"name": name, "valueFrom": secret.value_from} for name, secret in sorted(container.secrets.items())
        ],
        "portMappings": [_port_mapping(port) for port in container.port_mappings],
        "healthCheck": container.health_check and _health_check(container.health_check),
        "mountPoints": [_mount_point(mount) for mount in container.mount_points],
        "dependsOn": [
            {"containerName": other.container, "condition": other.condition} for other in container.depends_on
        ],
        "user": container.user,
        "readonlyRootFilesystem": container.readonly_root_filesystem,
        "linuxParameters": {"initProcessEnabled": True} if container.init_process_enabled else None,
        "stopTimeout": container.stop_timeout_seconds,
        "cpu": container.cpu_units,
        "memory": container.memory_mib,
        "memoryReservation": container.memory_reservation_mib,
        "workingDirectory": container.working_directory,
        "logConfiguration": {"logDriver": "awslogs", "options": options},
    }
    return {key: value for key, value in given.items() if value is not None and value != []}


def _port_mapping(port: PortMapping) -> dict[str, Any]:
    given = {
        "containerPort": port.container_port,
        "hostPort": port.container_port,
        "protocol": "tcp",
        "name": port.name,
        "appProtocol": port.app_protocol,
    }
    return {key: value for key, value in given.items() if value is not None}


def _health_check(check: HealthCheck) -> dict[str, Any]:
    given: dict[str, Any] = {
        "command": list(check.command),
        "interval": check.interval_seconds,
        "timeout": check.timeout_seconds,
        "retries": check.retries,
    }
    if check.start_period_seconds:
        given["startPeriod"] = check.start_period_seconds
    return given


def _mount_point(mount: MountPoint) -> dict[str, Any]:
    return {"sourceVolume": mount.volume, "containerPath": mount.container_path, "readOnly": mount.read_only}


def _check_together(containers: Sequence[Container], volumes: Collection[str]) -> None:
    by_name = {container.name: container for container in containers}
    if len(by_name) < len(containers):
        raise ValueError(f"containers are {[container.name for container in containers]}; their names must differ")
    if len(containers) > CONTAINERS_PER_TASK_DEFINITION:
        names = ", ".join(by_name)
        raise ValueError(
            f"a task has {len(containers)} containers ({names}); ECS allows {CONTAINERS_PER_TASK_DEFINITION}"
        )
    if not any(container.essential for container in containers):
        raise ValueError("no container is essential; ECS requires at least one")
    for container in containers:
        for mount in container.mount_points:
            if mount.volume not in volumes:
                raise ValueError(f'container "{container.name}" mounts volume "{mount.volume}", which does not exist')
        for dependency in container.depends_on:
            other = by_name.get(dependency.container)
            if other is None or other is container:
                raise ValueError(
                    f'container "{container.name}" waits for "{dependency.container}"; '
                    "it can wait for another container of the same task only"
                )
            if dependency.condition == "HEALTHY" and other.health_check is None:
                raise ValueError(
                    f'container "{container.name}" waits for "{other.name}" to be healthy, but that has no health check'
                )
            if dependency.condition in ("COMPLETE", "SUCCESS") and other.essential:
                raise ValueError(
                    f'container "{container.name}" waits for "{other.name}" to exit, but that is essential: '
                    "its exit would stop the task"
                )
