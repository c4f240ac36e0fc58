"""A one-off ECS task of a colour: the service's task definition, network and capacity, with another command."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from release.aws import Aws, error_code
from release.ecs import stopped_reason
from release.errors import FailedError
from release.target import Target

_NO_LOGS = {"ResourceNotFoundException", "AccessDeniedException"}


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task at one moment."""

    arn: str
    status: str
    """As ECS calls it: `PROVISIONING`, `PENDING`, `RUNNING`, …, `STOPPED`."""
    task_definition: str
    """ARN of its task definition."""
    asked_for: str
    """When, such as `at 03:12:45`."""
    exit_code: int | None = None
    """Of the service's container; None while it runs, and where it never ran."""
    reason: str = ""
    """Why it stopped, in ECS's words."""
    interrupted: bool = False
    """Whether AWS took its Spot capacity back."""

    @property
    def id(self) -> str:
        """The last part of its ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def stopped(self) -> bool:
        """Whether it has ended."""
        return self.status == "STOPPED"


class OneOffTasks:
    """The one-off tasks of a service that share a `started_by`.

    Args:
        aws: the account.
        target: the service.
        service_name: the ECS service that they take after.
        started_by: what tells them from all others; at most 36 characters.
    """

    def __init__(self, aws: Aws, target: Target, service_name: str, *, started_by: str) -> None:
        self._aws = aws
        self._target = target
        self._service_name = service_name
        self._started_by = started_by

    def running(self) -> list[Task]:
        """Those that have not ended, of either colour."""
        client = self._aws.client("ecs")
        arns = client.list_tasks(cluster=self._target.cluster_name, startedBy=self._started_by)["taskArns"]
        if not arns:
            return []
        found = client.describe_tasks(cluster=self._target.cluster_name, tasks=arns)["tasks"]
        return [task for task in map(self._task, found) if not task.stopped]

    def start(self, command: Sequence[str], *, tags: Mapping[str, str], task_definition: str | None = None) -> Task:
        """Start one.

        Args:
            command: what its container runs.
            tags: of the task.
            task_definition: a revision. Default: the one that the service runs.

        Raises:
            FailedError: ECS has no place for it.
        """
        client = self._aws.client("ecs")
        answer = client.run_task(
            cluster=self._target.cluster_name,
            count=1,
            startedBy=self._started_by,
            overrides={"containerOverrides": [{"name": self._target.service, "command": list(command)}]},
            tags=[{"key": key, "value": value} for key, value in tags.items()],
            enableECSManagedTags=True,
            propagateTags="TASK_DEFINITION",
            **self._like_the_service(task_definition),
        )
        if not answer["tasks"]:
            reasons = ", ".join(one.get("reason", "no reason given") for one in answer.get("failures", []))
            raise FailedError(f"ECS did not start a task of {self._service_name}: {reasons}")
        return self._task(answer["tasks"][0])

    def look(self, task: Task) -> Task:
        """How it stands now; as before where ECS does not know it yet."""
        found = self._aws.client("ecs").describe_tasks(cluster=self._target.cluster_name, tasks=[task.arn])["tasks"]
        return self._task(found[0]) if found else task

    def stop(self, task: Task, reason: str) -> None:
        """SIGTERM, and SIGKILL after the container's stop time-out."""
        self._aws.client("ecs").stop_task(cluster=self._target.cluster_name, task=task.arn, reason=reason)

    def log_lines(self, task: Task, count: int) -> tuple[str, ...]:
        """Its last log lines; none where there are none, or nobody may read them."""
        from botocore.exceptions import ClientError

        definition = self._aws.client("ecs").describe_task_definition(taskDefinition=task.task_definition)
        containers = definition["taskDefinition"]["containerDefinitions"]
        (container,) = [one for one in containers if one["name"] == self._target.service]
        logs = container.get("logConfiguration", {})
        options = logs.get("options", {})
        if logs.get("logDriver") != "awslogs" or "awslogs-stream-prefix" not in options:
            return ()
        try:
            events = self._aws.client("logs").get_log_events(
                logGroupName=options["awslogs-group"],
                logStreamName=f"{options['awslogs-stream-prefix']}/{self._target.service}/{task.id}",
                limit=count,
                startFromHead=False,
            )["events"]
        except ClientError as error:
            if error_code(error) in _NO_LOGS:
                return ()
            raise
        return tuple(_readable(event["message"]) for event in events)

    def _like_the_service(self, task_definition: str | None) -> dict[str, Any]:
        """What the service's own next task would get."""
        answer = self._aws.client("ecs").describe_services(
            cluster=self._target.cluster_name, services=[self._service_name]
        )
        (service,) = answer["services"]
        # With CodeDeploy some of it stands at the task set that serves.
        sets = service.get("taskSets") or []
        service = {**service, **next((one for one in sets if one.get("status") == "PRIMARY"), {})}
        found: dict[str, Any] = {"taskDefinition": task_definition or service["taskDefinition"]}
        for key in ("networkConfiguration", "platformVersion"):
            if service.get(key):
                found[key] = service[key]
        if service.get("capacityProviderStrategy"):
            found["capacityProviderStrategy"] = service["capacityProviderStrategy"]
        else:
            found["launchType"] = service.get("launchType", "FARGATE")
        return found

    def _task(self, found: dict[str, Any]) -> Task:
        codes = [one.get("exitCode") for one in found.get("containers", []) if one["name"] == self._target.service]
        stopped = found["lastStatus"] == "STOPPED"
        created = found.get("createdAt")
        return Task(
            arn=found["taskArn"],
            status=found["lastStatus"],
            task_definition=found["taskDefinitionArn"],
            asked_for=created.astimezone().strftime("at %H:%M:%S") if created else "just now",
            exit_code=codes[0] if codes and stopped else None,
            reason=stopped_reason(found) if stopped else "",
            interrupted=found.get("stopCode") == "SpotInterruption",
        )


def _readable(line: str) -> str:
    """The message of a JSON line, with its level where that is worth a look; any other line as it is."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line.rstrip()
    if not isinstance(entry, dict) or "message" not in entry:
        return line.rstrip()
    level = entry.get("level", "INFO")
    return str(entry["message"]) if level == "INFO" else f"{level}: {entry['message']}"
