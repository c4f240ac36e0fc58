"""Which tasks of ECS run, and in which network.

With the data plane these are the tasks that it reports. Without it no task runs, and a service counts as long as it
wants one, as everywhere in `local/extensions/ecs.py`.
"""

from collections.abc import Iterator
from typing import Any

from local.extensions.dataplane import networks_of_one_off_tasks, observations, tasks_of

Network = dict[str, Any]
"""`networkConfiguration` of ECS."""


def running_tasks(ecs: Any) -> list[dict[str, Any]]:
    """Tasks that the data plane reports and that have not ended. Empty without one."""
    return [task for task in tasks_of(ecs).values() if task["lastStatus"] != "STOPPED"] if observations.attached else []


def clusters_with_tasks(ecs: Any) -> set[str]:
    """ARNs of clusters with tasks that have not ended."""
    if observations.attached:
        return {task["clusterArn"] for task in running_tasks(ecs)}
    return {
        task.cluster_arn for tasks in ecs.tasks.values() for task in tasks.values() if task.last_status != "STOPPED"
    }


def services_with_tasks(ecs: Any) -> Iterator[Any]:
    """Moto's services that have tasks, the deleted ones too while their tasks end."""
    groups = {(task["clusterArn"], task["group"]) for task in running_tasks(ecs)}
    for service in ecs.services.values():
        wants = service.status == "ACTIVE" and service.desired_count > 0
        if (service.cluster_arn, f"service:{service.name}") in groups or (wants and not observations.attached):
            yield service


def networks_of_tasks(ecs: Any) -> Iterator[Network]:
    """Networks of what has tasks. Those of an older deployment keep its network until they end."""
    for service in services_with_tasks(ecs):
        yield service.network_configuration or {}
        for deployment in service.deployments:
            yield deployment.get("networkConfiguration") or {}
    running = {task["taskArn"] for task in running_tasks(ecs)}
    for arn, network in networks_of_one_off_tasks(ecs).items():
        if arn in running:
            yield network


def interfaces_of_tasks(ecs: Any) -> Iterator[tuple[str, str, Network]]:
    """Id, subnet and network of each task's interface.

    Without a data plane no task runs: then those of the services that want tasks, without a subnet.
    """
    if not observations.attached:
        for service in services_with_tasks(ecs):
            yield service.name, "", service.network_configuration or {}
        return
    one_off = networks_of_one_off_tasks(ecs)
    services = {
        (service.cluster_arn, f"service:{service.name}"): service.network_configuration or {}
        for service in ecs.services.values()
    }
    for task in running_tasks(ecs):
        network = one_off.get(task["taskArn"]) or services.get((task["clusterArn"], task["group"]))
        if not network:
            continue
        for attachment in task.get("attachments") or ():  # a task that was only requested has none yet
            details = {each["name"]: each["value"] for each in attachment["details"]}
            yield attachment["id"], details.get("subnetId", ""), network
