"""Cloud Map: namespaces with services, and services with instances, which tasks of ECS register."""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.servicediscovery.models import ServiceDiscoveryBackend

from local.in_use.accounts import backend
from local.in_use.refusing import before
from local.in_use.tasks import services_with_tasks

RESOURCE_IN_USE = "ResourceInUse"


@before(ServiceDiscoveryBackend, "delete_namespace")
def namespace_is_empty(cloud_map: Any, namespace_id: str) -> None:
    """DeleteNamespace."""
    for service in cloud_map.services.values():
        of_dns = (service.dns_config or {}).get("NamespaceId")
        if namespace_id in (service.namespace_id, of_dns):
            words = "Namespace contains registered services; delete the services before deleting the namespace"
            raise JsonRESTError(RESOURCE_IN_USE, words)


@before(ServiceDiscoveryBackend, "delete_service")
def service_is_empty(cloud_map: Any, service_id: str) -> None:
    """DeleteService: no instance is registered; each task of an ECS service is one."""
    service = cloud_map.services.get(service_id)
    if service is not None and (service.instances or _has_tasks(cloud_map, service.arn)):
        words = "Service contains registered instances; delete the instances before deleting the service"
        raise JsonRESTError(RESOURCE_IN_USE, words)


def _has_tasks(cloud_map: Any, registry_arn: str) -> bool:
    ecs = backend("ecs", cloud_map.account_id, cloud_map.region_name)
    return ecs is not None and any(
        registry.get("registryArn") == registry_arn
        for service in services_with_tasks(ecs)
        for registry in service.service_registries or ()
    )
