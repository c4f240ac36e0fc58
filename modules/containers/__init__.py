"""Containers of a task, as values: no construct, no cdktf. `modules.ecs` creates task definitions from them."""

from modules.containers.container import (
    AwsLogs,
    Container,
    ContainerDependency,
    HealthCheck,
    MountPoint,
    PortMapping,
    SecretReference,
)
from modules.containers.definition import container_definitions, container_definitions_json
from modules.containers.image import check_image

__all__ = [
    "AwsLogs",
    "Container",
    "ContainerDependency",
    "HealthCheck",
    "MountPoint",
    "PortMapping",
    "SecretReference",
    "check_image",
    "container_definitions",
    "container_definitions_json",
]
