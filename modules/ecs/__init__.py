"""ECS on Fargate: the cluster, task definitions, and services with their scaling and names.

The constructs load when they are first asked for. So the pure parts (`fargate`, `containers`) can be imported by
code that must start fast, such as the check of an environment file, without loading cdktf and the AWS bindings.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modules.ecs.backlog import BacklogTarget, QueueMetric
    from modules.ecs.capacity import CapacityInputs
    from modules.ecs.cluster import Cluster, ClusterInputs, ClusterOutputs, ExecuteCommandLogs
    from modules.ecs.container_json import container_definitions, container_definitions_json
    from modules.ecs.containers import (
        AwsLogs,
        Container,
        ContainerDependency,
        HealthCheck,
        MountPoint,
        PortMapping,
        SecretReference,
    )
    from modules.ecs.deployment import DeploymentInputs
    from modules.ecs.discovery import DiscoveryInputs
    from modules.ecs.scaling import RequestTarget, ScalingInputs
    from modules.ecs.service import (
        LoadBalancerTarget,
        LoadBalancing,
        NetworkInputs,
        Service,
        ServiceInputs,
        ServiceOutputs,
    )
    from modules.ecs.task_definition import (
        EfsVolume,
        LogGroupInputs,
        TaskDefinition,
        TaskDefinitionInputs,
        TaskDefinitionOutputs,
        TaskSize,
    )
    from modules.ecs.working_hours import WorkingHours

_FILES = (
    *("containers", "container_json", "cluster", "capacity", "discovery"),
    *("backlog", "working_hours", "scaling", "task_definition", "deployment", "service"),
)

__all__ = [
    "AwsLogs",
    "BacklogTarget",
    "CapacityInputs",
    "Cluster",
    "ClusterInputs",
    "ClusterOutputs",
    "Container",
    "ContainerDependency",
    "DeploymentInputs",
    "DiscoveryInputs",
    "EfsVolume",
    "ExecuteCommandLogs",
    "HealthCheck",
    "LoadBalancerTarget",
    "LoadBalancing",
    "LogGroupInputs",
    "MountPoint",
    "NetworkInputs",
    "PortMapping",
    "QueueMetric",
    "RequestTarget",
    "ScalingInputs",
    "SecretReference",
    "Service",
    "ServiceInputs",
    "ServiceOutputs",
    "TaskDefinition",
    "TaskDefinitionInputs",
    "TaskDefinitionOutputs",
    "TaskSize",
    "WorkingHours",
    "container_definitions",
    "container_definitions_json",
]


def __getattr__(name: str) -> Any:
    """Load the file that holds a public name when the name is first used."""
    if name in __all__:
        for file in _FILES:
            found = vars(import_module(f"{__name__}.{file}"))
            if name in found:
                return found[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
