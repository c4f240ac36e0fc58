"""Services, task definitions and tasks of the emulated ECS, as frozen values."""

from collections.abc import Callable, Iterable
from typing import Any

from local.dataplane.desired_state.model import Service, TargetBinding
from local.dataplane.desired_state.task_definition import TaskDefinition, task_definition_from


class EcsReader:
    """Reads by the AWS API.

    Args:
        ecs: a client.
        discovery: a client of Cloud Map.
        is_wanted: whether a service of this name is to be run.
    """

    def __init__(self, ecs: Any, discovery: Any, is_wanted: Callable[[str], bool]) -> None:
        self._ecs, self._discovery, self._is_wanted = ecs, discovery, is_wanted
        self._definitions: dict[str, TaskDefinition] = {}

    def services(self) -> dict[str, Service]:
        """All active services that are wanted, by ARN."""
        names = self._registered_names()
        found = {}
        for cluster in self._ecs.list_clusters()["clusterArns"]:
            arns = [
                arn
                for page in self._ecs.get_paginator("list_services").paginate(cluster=cluster)
                for arn in page["serviceArns"]
            ]
            for start in range(0, len(arns), 10):
                answer = self._ecs.describe_services(cluster=cluster, services=arns[start : start + 10])
                for each in answer["services"]:
                    if each["status"] == "ACTIVE" and self._is_wanted(each["serviceName"]):
                        found[each["serviceArn"]] = _service(each, names)
        return found

    def single_tasks(self) -> dict[str, dict[str, Any]]:
        """Tasks that somebody wants to run or to stop, which is not so yet, by ARN."""
        found = {}
        for cluster in self._ecs.list_clusters()["clusterArns"]:
            for status in ("RUNNING", "STOPPED"):
                arns = self._ecs.list_tasks(cluster=cluster, desiredStatus=status)["taskArns"]
                for start in range(0, len(arns), 100):
                    tasks = self._ecs.describe_tasks(cluster=cluster, tasks=arns[start : start + 100])["tasks"]
                    found.update({each["taskArn"]: each for each in tasks if _is_wish(each)})
        return found

    def definition(self, arn: str) -> TaskDefinition:
        """A task definition, which never changes."""
        if arn not in self._definitions:
            answer = self._ecs.describe_task_definition(taskDefinition=arn)
            self._definitions[arn] = task_definition_from(answer["taskDefinition"])
        return self._definitions[arn]

    def _registered_names(self) -> dict[str, str]:
        """ARN of each Cloud Map service → the name that its instances share."""
        namespaces = {each["Id"]: each["Name"] for each in self._discovery.list_namespaces()["Namespaces"]}
        found = {}
        for each in self._discovery.list_services()["Services"]:
            namespace = (each.get("DnsConfig") or {}).get("NamespaceId") or each.get("NamespaceId")
            if namespace in namespaces:
                found[each["Arn"]] = f"{each['Name']}.{namespaces[namespace]}"
        return found


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
    )


def _targets(document: dict[str, Any]) -> Iterable[TargetBinding]:
    for each in document.get("loadBalancers") or []:
        if each.get("targetGroupArn"):
            yield TargetBinding(
                target_group_arn=each["targetGroupArn"],
                container=each["containerName"],
                port=int(each["containerPort"]),
            )


def _is_wish(task: dict[str, Any]) -> bool:
    """Whether somebody wants something that is not so yet."""
    if task["desiredStatus"] == "STOPPED":
        return bool(task["lastStatus"] != "STOPPED")
    return bool(task["lastStatus"] == "PROVISIONING")
