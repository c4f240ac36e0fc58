"""ECS: clusters with services and tasks, providers of capacity that a service uses, names of services, limits of tasks.

Symptoms besides: a service of the same name replaces one that is there; a deleted service is INACTIVE at once, where
AWS says DRAINING as long as it has tasks; a stopped task keeps its interface; task definitions may have any size.
"""

import json
from typing import Any

from moto.ecs.exceptions import EcsClientException, ECSException, InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from local.extensions import dataplane_ecs
from local.extensions.dataplane import observations
from local.extensions.patching import wrap_method
from local.in_use.refusing import before
from local.in_use.tasks import clusters_with_tasks, services_with_tasks

__all__ = ["dataplane_ecs"]

MOST_CONTAINERS = 10
MOST_BYTES = 64 * 1024
"""Of a task definition. Neither can be raised."""


@before(EC2ContainerServiceBackend, "delete_cluster")
def cluster_is_empty(ecs: Any, cluster_str: str) -> None:
    """DeleteCluster: it has no service that is not gone, and no task."""
    cluster = ecs._get_cluster(cluster_str)
    _note_draining(ecs)
    if any(each.cluster_arn == cluster.arn and each.status != "INACTIVE" for each in ecs.services.values()):
        words = "The Cluster cannot be deleted while Services are active."
        raise ECSException("ClusterContainsServicesException", words)
    if cluster.arn in clusters_with_tasks(ecs):
        raise ECSException("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")


@before(EC2ContainerServiceBackend, "put_cluster_capacity_providers")
def provider_is_unused(ecs: Any, cluster_name: str, capacity_providers: list[str] | None, *_others: Any) -> None:
    """PutClusterCapacityProviders: no service uses one that is left out."""
    cluster = ecs._get_cluster(cluster_name)
    removed = set(cluster.capacity_providers or ()) - set(capacity_providers or ())
    for service in ecs.services.values():
        strategy = getattr(service, "capacity_provider_strategy", None) or []
        used = {each["capacityProvider"] for each in strategy}
        if service.cluster_arn == cluster.arn and service.status != "INACTIVE" and used & removed:
            words = "The specified capacity provider is in use and cannot be removed."
            raise ECSException("ResourceInUseException", words)


@before(EC2ContainerServiceResponse, "create_service")
def name_is_free(response: Any) -> None:
    """CreateService: no service of that name is there, and none still drains."""
    ecs, name = response.ecs_backend, response._get_param("serviceName")
    _note_draining(ecs)
    cluster = ecs.clusters.get(str(response._get_param("cluster") or "default").rpartition("/")[2])
    service = ecs.services.get(f"{cluster.name}:{name}") if cluster else None
    if service is not None and service.status == "ACTIVE":
        raise InvalidParameterException("Creation of service was not idempotent.")
    if service is not None and service.status == "DRAINING":
        raise InvalidParameterException("Unable to Start a service that is still Draining.")


@before(EC2ContainerServiceResponse, "register_task_definition")
def task_definition_is_small(response: Any) -> None:
    """RegisterTaskDefinition: AWS's limits."""
    document = response._get_params()
    if len(document.get("containerDefinitions") or ()) > MOST_CONTAINERS:
        raise EcsClientException("Too many containers.")
    length = len(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode())
    if length > MOST_BYTES:
        raise EcsClientException(f"Actual length: '{length}'. Max allowed length is '{MOST_BYTES}' bytes.")


@before(EC2ContainerServiceResponse, "describe_services")
def tell_of_draining(response: Any) -> None:
    """DescribeServices: a deleted service drains until its last task has ended."""
    _note_draining(response.ecs_backend)


def _note_draining(ecs: Any) -> None:
    with_tasks = {service.arn for service in services_with_tasks(ecs)} if observations.attached else set()
    for service in ecs.services.values():
        if service.status != "ACTIVE":
            service.status = "DRAINING" if service.arn in with_tasks else "INACTIVE"


@wrap_method(EC2ContainerServiceBackend, "stop_task")
def give_up_its_interface(original: Any, ecs: Any, *args: Any, **kwargs: Any) -> Any:
    """StopTask without a data plane: the task's interface goes with it."""
    from moto.ec2.models import ec2_backends

    task = original(ecs, *args, **kwargs)
    for attachment in task.attachments or []:
        for detail in attachment["details"]:
            if detail["name"] == "networkInterfaceId":
                ec2_backends[ecs.account_id][ecs.region_name].enis.pop(detail["value"], None)
    return task
