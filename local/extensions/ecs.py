"""ECS: services keep every argument, and run their desired count.

Symptoms: `aws_ecs_service` drifts in a dozen arguments, because moto's CreateService drops the circuit breaker,
alarms, percentages, capacity providers, exec, managed tags, the grace period and zone rebalancing;
`wait_for_steady_state` never returns, as the running count stays 0; after UpdateService the deployment still shows the
old task definition; deleted clusters and services are still listed; RunTask fails if a container has no memory setting,
which Fargate does not require; a task of a capacity provider has no launch type.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api._internal import mock_random

from local.extensions import ecs_execution_role
from local.extensions.patching import wrap_method

__all__ = ["ecs_execution_role"]

KEPT_ARGUMENTS = {
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
    "capacityProviderStrategy": "capacity_provider_strategy",
    "deploymentConfiguration": "deployment_configuration",
    "enableECSManagedTags": "enable_ecs_managed_tags",
    "enableExecuteCommand": "enable_execute_command",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
    "loadBalancers": "load_balancers",
    "networkConfiguration": "network_configuration",
    "platformVersion": "platform_version",
    "propagateTags": "propagate_tags",
    "serviceRegistries": "service_registries",
}
"""Argument of CreateService and UpdateService → attribute from which moto builds its responses."""

NEW_DEPLOYMENT_ARGUMENTS = ("taskDefinition", "capacityProviderStrategy", "networkConfiguration", "platformVersion")
"""Arguments of UpdateService that start a new deployment."""


@wrap_method(EC2ContainerServiceResponse, "create_service")
def create_service(original: Any, response: Any) -> ActionResult:
    """CreateService."""
    answer = original(response)
    service, arguments = answer.result["service"], response._get_params()
    service.availability_zone_rebalancing = "DISABLED"
    _keep_arguments(service, arguments)
    _assume_running(response, service)
    return answer


@wrap_method(EC2ContainerServiceResponse, "update_service")
def update_service(original: Any, response: Any) -> ActionResult:
    """UpdateService."""
    answer = original(response)
    service, arguments = answer.result["service"], response._get_params()
    _keep_arguments(service, arguments)
    if arguments.get("taskDefinition"):
        # The request may contain a family or family:revision; responses always contain the ARN.
        service.task_definition = response.ecs_backend.describe_task_definition(arguments["taskDefinition"]).arn
    if arguments.get("forceNewDeployment") or any(arguments.get(name) for name in NEW_DEPLOYMENT_ARGUMENTS):
        for deployment in service.deployments:
            deployment.update(id=f"ecs-svc/{mock_random.randint(0, 32**12)}", createdAt=utcnow())
    _assume_running(response, service)
    return answer


@wrap_method(EC2ContainerServiceBackend, "list_clusters")
def list_active_clusters(original: Any, backend: Any) -> list[str]:
    """ListClusters; a deleted cluster can still be described for a while, but is not listed."""
    active = {cluster.arn for cluster in backend.clusters.values() if cluster.status == "ACTIVE"}
    return [arn for arn in original(backend) if arn in active]


@wrap_method(EC2ContainerServiceBackend, "list_services")
def list_active_services(original: Any, backend: Any, *args: Any, **kwargs: Any) -> list[str]:
    """ListServices, likewise."""
    active = {service.arn for service in backend.services.values() if service.status == "ACTIVE"}
    return [arn for arn in original(backend, *args, **kwargs) if arn in active]


@wrap_method(EC2ContainerServiceBackend, "run_task")
def run_on_fargate(original: Any, backend: Any, *args: Any, **kwargs: Any) -> Any:
    """RunTask; with a capacity provider, the request has no launch type and the task has one."""
    tasks = original(backend, *args, **kwargs)
    for task in tasks:
        task.launch_type = task.launch_type or "FARGATE"
    return tasks


@wrap_method(EC2ContainerServiceBackend, "_calculate_task_resource_requirements")
def need_no_instance(_original: Any, _backend: Any, _task_definition: Any) -> dict[str, Any]:
    """The resources that a task needs on a container instance: none, since Fargate has no instances."""
    return {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}


def _keep_arguments(service: Any, arguments: dict[str, Any]) -> None:
    for argument, attribute in KEPT_ARGUMENTS.items():
        if arguments.get(argument) is not None:
            setattr(service, attribute, arguments[argument])
    if getattr(service, "capacity_provider_strategy", None):
        service.launch_type = None


def _assume_running(response: Any, service: Any) -> None:
    """Set the running count to the desired count. No container runs, so none can be pending."""
    cluster = response.ecs_backend._get_cluster(service.cluster_arn)
    response.ecs_backend.update_cluster_resources(cluster, service.desired_count - service.running_count, "RUNNING")
    response.ecs_backend.update_cluster_resources(cluster, -service.pending_count, "PENDING")
    service.running_count, service.pending_count = service.desired_count, 0
    for deployment in service.deployments:
        deployment.update(
            desiredCount=service.desired_count,
            runningCount=service.desired_count,
            pendingCount=0,
            taskDefinition=service.task_definition,
            launchType=service.launch_type,
            capacityProviderStrategy=getattr(service, "capacity_provider_strategy", None),
            networkConfiguration=service.network_configuration or None,
            platformVersion=service.platform_version,
            rolloutState="COMPLETED",
            rolloutStateReason=f"ECS deployment {deployment['id']} completed.",
            updatedAt=utcnow(),
        )
