"""Reads services, task definitions and tasks of the emulated ECS as frozen values."""

from collections.abc import Callable, Iterable
from typing import Any

from local.dataplane.desired_state.model import Service, TargetBinding
from local.dataplane.desired_state.network_reader import of_task
from local.dataplane.desired_state.task_definition import TaskDefinition, task_definition_from


class EcsReader:
    """Reads through the AWS API.

    Args:
        ecs: a client of ECS.
        discovery: a client of Cloud Map.
        is_included: whether a service of this name is run.
    """

    def __init__(self, ecs: Any, discovery: Any, is_included: Callable[[str], bool]) -> None:
        self._ecs, self._discovery, self._is_included = ecs, discovery, is_included
        self._definitions: dict[str, TaskDefinition] = {}

    def services(self) -> dict[str, Service]:
        """All active services that are run here, by ARN."""
        names = self._registered_names()
        services = {}
        for cluster in self._ecs.list_clusters()["clusterArns"]:
            arns = [
                arn
                for page in self._ecs.get_paginator("list_services").paginate(cluster=cluster)
                for arn in page["serviceArns"]
            ]
            for start in range(0, len(arns), 10):
                answer = self._ecs.describe_services(cluster=cluster, services=arns[start : start + 10])
                for each in answer["services"]:
                    if each["status"] == "ACTIVE" and self._is_included(each["serviceName"]):
                        services[each["serviceArn"]] = _service(each, names)
        return services

    def one_off_tasks(self) -> dict[str, dict[str, Any]]:
        """Tasks that should start or stop and have not done so yet, by ARN."""
        requested = {}
        for cluster in self._ecs.list_clusters()["clusterArns"]:
            for status in ("RUNNING", "STOPPED"):
                arns = self._ecs.list_tasks(cluster=cluster, desiredStatus=status)["taskArns"]
                for start in range(0, len(arns), 100):
                    tasks = self._ecs.describe_tasks(cluster=cluster, tasks=arns[start : start + 100])["tasks"]
                    requested.update({each["taskArn"]: each for each in tasks if _is_requested(each)})
        return requested

    def forget_task_definitions(self) -> None:
        """Forget those that were read: another embedded AWS gives out the same ARNs again."""
        self._definitions.clear()

    def task_definition(self, arn: str) -> TaskDefinition:
        """A task definition, which never changes in one account."""
        if arn not in self._definitions:
            answer = self._ecs.describe_task_definition(taskDefinition=arn)
            self._definitions[arn] = task_definition_from(answer["taskDefinition"])
        return self._definitions[arn]

    def _registered_names(self) -> dict[str, str]:
        """ARN of each Cloud Map service → the DNS name of its instances."""
        namespaces = {each["Id"]: each["Name"] for each in self._discovery.list_namespaces()["Namespaces"]}
        names = {}
        for each in self._discovery.list_services()["Services"]:
            namespace = (each.get("DnsConfig") or {}).get("NamespaceId") or each.get("NamespaceId")
            if namespace in namespaces:
                names[each["Arn"]] = f"{each['Name']}.{namespaces[namespace]}"
        return names


def _service(document: dict[str, Any], names: dict[str, str]) -> Service:
    settings = document.get("deploymentConfiguration") or {}
    breaker = settings.get("deploymentCircuitBreaker") or {}
    deployments = document.get("deployments") or [{"id": document["taskDefinition"]}]
    return Service(
        arn=document["serviceArn"],
        name=document["serviceName"],
        cluster_arn=document["clusterArn"],
        task_definition_arn=document["taskDefinition"],
        deployment_id=deployments[0]["id"],
        desired_count=int(document["desiredCount"]),
        minimum_healthy_percent=int(settings.get("minimumHealthyPercent", 100)),
        maximum_percent=int(settings.get("maximumPercent", 200)),
        targets=tuple(_targets(document)),
        grace_period_seconds=float(document.get("healthCheckGracePeriodSeconds") or 0),
        circuit_breaker=bool(breaker.get("enable")),
        rollback=bool(breaker.get("rollback")),
        names=tuple(
            names[each["registryArn"]]
            for each in document.get("serviceRegistries") or []
            if each.get("registryArn") in names
        ),
        network=of_task(
            document["serviceName"], (document.get("networkConfiguration") or {}).get("awsvpcConfiguration")
        ),
    )


def _targets(document: dict[str, Any]) -> Iterable[TargetBinding]:
    for each in document.get("loadBalancers") or []:
        if each.get("targetGroupArn"):
            yield TargetBinding(
                target_group_arn=each["targetGroupArn"],
                container=each["containerName"],
                port=int(each["containerPort"]),
            )


def _is_requested(task: dict[str, Any]) -> bool:
    """Whether the task should start or stop and has not done so yet."""
    if task["desiredStatus"] == "STOPPED":
        return bool(task["lastStatus"] != "STOPPED")
    return bool(task["lastStatus"] == "PROVISIONING")
