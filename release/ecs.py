"""An ECS service: what it runs, how many tasks, and why it does not."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from release.aws import Aws
from release.context import Context
from release.errors import FailedError

_EVENTS = 3
_STOPPED_TASKS = 20
_PER_CALL = 10
"""DescribeServices takes no more."""


def active_services(aws: Aws, cluster_name: str, names: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What DescribeServices says of services, as far as they exist.

    Args:
        aws: the account.
        cluster_name: of the ECS cluster.
        names: of its services.
    """
    wanted = list(names)
    for start in range(0, len(wanted), _PER_CALL):
        answer = aws.client("ecs").describe_services(cluster=cluster_name, services=wanted[start : start + _PER_CALL])
        yield from (each for each in answer["services"] if each["status"] == "ACTIVE")


@dataclass(frozen=True, kw_only=True)
class EcsServiceState:
    """An ECS service at one moment."""

    desired: int
    running: int
    pending: int
    task_definition: str
    """ARN of the task definition that the service runs, or is replacing its tasks with."""
    image: str
    """The image in it."""
    is_steady: bool
    """Whether one deployment is left, and ECS calls it completed."""
    failure: str | None
    """Why ECS gave up the latest deployment; None where it did not."""
    events: tuple[str, ...]
    """The newest messages of the service, newest first."""
    target_group_arns: tuple[str, ...]
    """Target groups of the tasks that serve."""
    alarm_names: tuple[str, ...]
    """Alarms that ECS's own deployments watch."""


class EcsService:
    """One ECS service of a web service.

    Args:
        context: the web service.
        name: of the ECS service, and of the family of its task definitions.
    """

    def __init__(self, context: Context, name: str) -> None:
        self.name = name
        self._aws = context.aws
        self.context = context

    def describe(self) -> EcsServiceState:
        """Read its state.

        Raises:
            FailedError: the service does not exist.
        """
        client = self._aws.client("ecs")
        answer = client.describe_services(cluster=self.context.cluster_name, services=[self.name])
        services = [one for one in answer["services"] if one["status"] == "ACTIVE"]
        if not services:
            raise FailedError(
                f"There is no ECS service {self.name} in cluster {self.context.cluster_name}: "
                f"./windlass plan {self.context.environment} shows what else is missing."
            )
        (service,) = services
        deployments = service.get("deployments", [])
        # With CodeDeploy there are task sets instead of deployments; the primary one serves.
        sets = service.get("taskSets") or []
        serving = next((one for one in sets if one.get("status") == "PRIMARY"), service)
        task_definition = serving["taskDefinition"]
        return EcsServiceState(
            desired=service["desiredCount"],
            running=service["runningCount"],
            pending=service["pendingCount"],
            task_definition=task_definition,
            image=self.image_of(task_definition),
            # Services without a circuit breaker have no rollout state.
            is_steady=len(deployments) + len(sets) <= 1
            and all(one.get("rolloutState", "COMPLETED") == "COMPLETED" for one in deployments),
            failure=_failure(deployments),
            events=tuple(event["message"] for event in service.get("events", [])[:_EVENTS]),
            target_group_arns=tuple(
                one["targetGroupArn"] for one in serving.get("loadBalancers") or [] if "targetGroupArn" in one
            ),
            alarm_names=tuple(
                ((service.get("deploymentConfiguration") or {}).get("alarms") or {}).get("alarmNames") or ()
            ),
        )

    def newest_task_definition(self) -> str:
        """Return the ARN of the newest revision of its family, which Terraform may have registered just now."""
        answer = self._aws.client("ecs").describe_task_definition(taskDefinition=self.name)
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def scale(self, count: int) -> None:
        """Set the desired count, which Terraform leaves alone (E07)."""
        self._aws.client("ecs").update_service(cluster=self.context.cluster_name, service=self.name, desiredCount=count)

    def stopped_reasons(self) -> tuple[str, ...]:
        """Return why tasks of the service stopped in the last hour, such as `3 x CannotPullContainerError: …`."""
        client = self._aws.client("ecs")
        arns = client.list_tasks(
            cluster=self.context.cluster_name,
            serviceName=self.name,
            desiredStatus="STOPPED",
            maxResults=_STOPPED_TASKS,
        )["taskArns"]
        if not arns:
            return ()
        tasks = client.describe_tasks(cluster=self.context.cluster_name, tasks=arns)["tasks"]
        reasons = Counter(stopped_reason(task) for task in tasks)
        reasons.pop("", None)
        return tuple(f"{count} x {reason}" for reason, count in reasons.most_common())

    def capacity_providers(self) -> list[dict[str, Any]]:
        """Return the capacity provider strategy of the tasks that serve; empty where they have a launch type."""
        answer = self._aws.client("ecs").describe_services(cluster=self.context.cluster_name, services=[self.name])
        (service,) = answer["services"]
        sets = service.get("taskSets") or []
        serving = next((one for one in sets if one.get("status") == "PRIMARY"), service)
        return list(serving.get("capacityProviderStrategy") or service.get("capacityProviderStrategy") or [])

    def image_of(self, task_definition: str) -> str:
        """Return the image of the service's container in a task definition."""
        client = self._aws.client("ecs")
        containers = client.describe_task_definition(taskDefinition=task_definition)["taskDefinition"][
            "containerDefinitions"
        ]
        named = [one for one in containers if one["name"] == self.context.service]
        return str((named or containers)[0]["image"])


def _failure(deployments: list[dict[str, Any]]) -> str | None:
    for deployment in deployments:
        if deployment.get("status") == "PRIMARY" and deployment.get("rolloutState") == "FAILED":
            return str(deployment.get("rolloutStateReason") or "the deployment failed")
    return None


def stopped_reason(task: dict[str, Any]) -> str:
    """Return why a task stopped, in the words of ECS; empty where scaling stopped it."""
    if task.get("stopCode") == "ServiceSchedulerInitiated" and "Scaling activity" in task.get("stoppedReason", ""):
        return ""
    ends = [
        f"container {one['name']}: {one.get('reason') or 'exit code ' + str(one['exitCode'])}"
        for one in task.get("containers", [])
        if one.get("reason") or one.get("exitCode")
    ]
    return "; ".join([task.get("stoppedReason", ""), *ends]).strip("; ")
