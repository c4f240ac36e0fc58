"""ECS on Fargate: the cluster, task definitions, and services with their scaling and names."""

from modules.containers import (
    AwsLogs,
    Container,
    ContainerDependency,
    HealthCheck,
    MountPoint,
    PortMapping,
    SecretReference,
)
from modules.ecs.backlog import BacklogTarget, QueueMetric
from modules.ecs.capacity import CapacityInputs
from modules.ecs.cluster import Cluster, ClusterInputs, ClusterOutputs, ExecuteCommandLogs
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
]
