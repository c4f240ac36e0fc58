"""The ECS service of a colour: what it runs, how many, and why it does not."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from release.aws import Aws
from release.errors import FailedError
from release.target import Target

_EVENTS = 3
_STOPPED_TASKS = 20


@dataclass(frozen=True, kw_only=True)
class Running:
    """An ECS service at one moment."""

    desired: int
    running: int
    pending: int
    task_definition: str
    """ARN of the task definition that the service should run."""
    image: str
    """The image in it."""
    steady: bool
    """Whether one deployment is left, and ECS calls it completed."""
    failed: str | None
    """Why ECS gave up the latest deployment; None where it did not."""
    events: tuple[str, ...]
    """The newest messages of the service, newest first."""
    target_group_arns: tuple[str, ...]
    """Where the tasks that serve are registered."""
    alarm_names: tuple[str, ...]
    """Alarms that ECS's own deployments watch."""


class EcsService:
    """One ECS service: that of a colour, or the only one."""

    def __init__(self, aws: Aws, target: Target, name: str) -> None:
        self.name = name
        self._aws = aws
        self._target = target

    def look(self) -> Running:
        """Ask ECS.

        Raises:
            FailedError: the service is not there.
        """
        client = self._aws.client("ecs")
        answer = client.describe_services(cluster=self._target.cluster_name, services=[self.name])
        services = [one for one in answer["services"] if one["status"] == "ACTIVE"]
        if not services:
            raise FailedError(
                f"There is no ECS service {self.name} in cluster {self._target.cluster_name}: "
                f"./windlass plan {self._target.environment} shows what else is missing."
            )
        (service,) = services
        deployments = service.get("deployments", [])
        # With CodeDeploy there are task sets instead of deployments; the primary one serves.
        sets = service.get("taskSets") or []
        serving = next((one for one in sets if one.get("status") == "PRIMARY"), service)
        task_definition = serving["taskDefinition"]
        return Running(
            desired=service["desiredCount"],
            running=service["runningCount"],
            pending=service["pendingCount"],
            task_definition=task_definition,
            image=self.image_of(task_definition),
            # Services without a circuit breaker have no rollout state.
            steady=len(deployments) + len(sets) <= 1
            and all(one.get("rolloutState", "COMPLETED") == "COMPLETED" for one in deployments),
            failed=_failure(deployments),
            events=tuple(event["message"] for event in service.get("events", [])[:_EVENTS]),
            target_group_arns=tuple(
                one["targetGroupArn"] for one in serving.get("loadBalancers") or [] if "targetGroupArn" in one
            ),
            alarm_names=tuple(
                ((service.get("deploymentConfiguration") or {}).get("alarms") or {}).get("alarmNames") or ()
            ),
        )

    def newest_task_definition(self) -> str:
        """ARN of the newest revision of its family, which Terraform may have registered just now."""
        found = self._aws.client("ecs").describe_task_definition(taskDefinition=self.name)
        return str(found["taskDefinition"]["taskDefinitionArn"])

    def scale(self, count: int) -> None:
        """Ask for so many tasks; Terraform leaves the count alone (E07)."""
        self._aws.client("ecs").update_service(cluster=self._target.cluster_name, service=self.name, desiredCount=count)

    def stopped_reasons(self) -> tuple[str, ...]:
        """Why tasks of the service stopped in the last hour, such as `3 x CannotPullContainerError: …`."""
        client = self._aws.client("ecs")
        arns = client.list_tasks(
            cluster=self._target.cluster_name,
            serviceName=self.name,
            desiredStatus="STOPPED",
            maxResults=_STOPPED_TASKS,
        )["taskArns"]
        if not arns:
            return ()
        tasks = client.describe_tasks(cluster=self._target.cluster_name, tasks=arns)["tasks"]
        reasons = Counter(stopped_reason(task) for task in tasks)
        reasons.pop("", None)
        return tuple(f"{count} x {reason}" for reason, count in reasons.most_common())

    def capacity_providers(self) -> list[dict[str, Any]]:
        """The capacity provider strategy of the tasks that serve; empty where a launch type says it."""
        answer = self._aws.client("ecs").describe_services(cluster=self._target.cluster_name, services=[self.name])
        (service,) = answer["services"]
        sets = service.get("taskSets") or []
        serving = next((one for one in sets if one.get("status") == "PRIMARY"), service)
        return list(serving.get("capacityProviderStrategy") or service.get("capacityProviderStrategy") or [])

    def image_of(self, task_definition: str) -> str:
        """The image of the service's container in a task definition."""
        client = self._aws.client("ecs")
        containers = client.describe_task_definition(taskDefinition=task_definition)["taskDefinition"][
            "containerDefinitions"
        ]
        named = [one for one in containers if one["name"] == self._target.service]
        return str((named or containers)[0]["image"])


def _failure(deployments: list[dict[str, Any]]) -> str | None:
    for deployment in deployments:
        if deployment.get("status") == "PRIMARY" and deployment.get("rolloutState") == "FAILED":
            return str(deployment.get("rolloutStateReason") or "the deployment failed")
    return None


def stopped_reason(task: dict[str, Any]) -> str:
    """Why a task stopped, by ECS and its containers; nothing where scaling or a newer deployment wanted it."""
    if task.get("stopCode") == "ServiceSchedulerInitiated" and "Scaling activity" in task.get("stoppedReason", ""):
        return ""
    ends = [
        f"container {one['name']}: {one.get('reason') or 'exit code ' + str(one['exitCode'])}"
        for one in task.get("containers", [])
        if one.get("reason") or one.get("exitCode")
    ]
    return "; ".join([task.get("stoppedReason", ""), *ends]).strip("; ")
