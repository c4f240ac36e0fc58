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
from modules.containers.root_certificates import (
    ROOT_CERTIFICATES_CONTAINER,
    ROOT_CERTIFICATES_FILE,
    ROOT_CERTIFICATES_VOLUME,
    root_certificates_container,
    with_root_certificates,
)

__all__ = [
    "ROOT_CERTIFICATES_CONTAINER",
    "ROOT_CERTIFICATES_FILE",
    "ROOT_CERTIFICATES_VOLUME",
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
    "root_certificates_container",
    "with_root_certificates",
]
