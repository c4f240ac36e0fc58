"""One-off ECS tasks: the task definition, network and capacity of an ECS service, with another command."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from release.aws import error_code
from release.ecs import EcsService, stopped_reason
from release.errors import FailedError, StoppedError
from times import for_people

_NO_LOGS = {"ResourceNotFoundException", "AccessDeniedException"}
LOG_ATTEMPTS = 3
LOG_RETRY_SECONDS = 2
"""CloudWatch shows log lines a few seconds after the task has ended."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task at one moment."""

    arn: str
    status: str
    """As ECS calls it: `PROVISIONING`, `PENDING`, `RUNNING`, …, `STOPPED`."""
    task_definition: str
    """ARN of its task definition."""
    created: str
    """When, such as `at 2026-01-05 03:12:45 UTC`."""
    exit_code: int | None = None
    """Of the service's container; None while it runs, and where it never ran."""
    reason: str = ""
    """Why it stopped, as ECS reports it."""
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
        service: the ECS service whose task definition, network and capacity they use.
        started_by: identifies them; at most 36 characters.
    """

    def __init__(self, service: EcsService, *, started_by: str) -> None:
        self._context = service.context
        self._aws = service.context.aws
        self._service_name = service.name
        self._started_by = started_by

    def running(self) -> list[Task]:
        """Return those that have not ended, of either colour."""
        client = self._aws.client("ecs")
        arns = client.list_tasks(cluster=self._context.cluster_name, startedBy=self._started_by)["taskArns"]
        if not arns:
            return []
        tasks = client.describe_tasks(cluster=self._context.cluster_name, tasks=arns)["tasks"]
        return [task for task in map(self._task, tasks) if not task.stopped]

    def start(self, command: Sequence[str], *, tags: Mapping[str, str], task_definition: str | None = None) -> Task:
        """Start one.

        Args:
            command: what its container runs.
            tags: of the task.
            task_definition: a revision. Default: the one that the service runs.

        Raises:
            FailedError: ECS cannot place it.
        """
        client = self._aws.client("ecs")
        answer = client.run_task(
            cluster=self._context.cluster_name,
            count=1,
            startedBy=self._started_by,
            overrides={"containerOverrides": [{"name": self._context.service, "command": list(command)}]},
            tags=[{"key": key, "value": value} for key, value in tags.items()],
            enableECSManagedTags=True,
            propagateTags="TASK_DEFINITION",
            **self._settings_of_the_service(task_definition),
        )
        if not answer["tasks"]:
            reasons = ", ".join(one.get("reason", "no reason given") for one in answer.get("failures", []))
            raise FailedError(f"ECS did not start a task of {self._service_name}: {reasons}")
        return self._task(answer["tasks"][0])

    def refresh(self, task: Task) -> Task:
        """Read its state; unchanged where ECS does not list it yet."""
        tasks = self._aws.client("ecs").describe_tasks(cluster=self._context.cluster_name, tasks=[task.arn])["tasks"]
        return self._task(tasks[0]) if tasks else task

    def wait(self, task: Task, timeout_seconds: float, *, label: str, hint: str = "") -> Task:
        """Wait until it has ended.

        Args:
            task: the task.
            timeout_seconds: how long to wait.
            label: what runs, for messages, such as `the migration of web`.
            hint: what to do about a task that goes on running, as a sentence with a space before it.

        Raises:
            FailedError: it has not ended in time; it goes on.
            StoppedError: Ctrl-C; it goes on.
        """
        pace, reporter = self._context.pace, self._context.reporter
        end = pace.clock() + timeout_seconds
        try:
            while not (task := self.refresh(task)).stopped:
                left = end - pace.clock()
                if left <= 0:
                    sentence = f"{label} has not ended after {round(timeout_seconds)} s"
                    raise FailedError(
                        f"{sentence[:1].upper()}{sentence[1:]}; task {task.id} is {task.status} and goes on.{hint}"
                    )
                reporter.wait(f"{label} is {task.status}", rest=f"{round(left)} s left")
                pace.sleep(min(pace.poll_seconds, left))
            return task
        except KeyboardInterrupt:
            raise StoppedError(f"Stopped waiting for {label}; task {task.id} goes on.{hint}") from None
        finally:
            reporter.done_waiting()

    def stop(self, task: Task, reason: str) -> None:
        """Stop it: SIGTERM, and SIGKILL after the container's stop time-out."""
        self._aws.client("ecs").stop_task(cluster=self._context.cluster_name, task=task.arn, reason=reason)

    def last_log_lines(self, task: Task, count: int) -> tuple[str, ...]:
        """Return its last log lines, waiting a few seconds for them; none where its container never ran."""
        if task.exit_code is None:
            return ()
        for attempt in range(LOG_ATTEMPTS):
            if attempt:
                self._context.pace.sleep(LOG_RETRY_SECONDS)
            lines = self.log_lines(task, count)
            if lines:
                return lines
        return ()

    def log_lines(self, task: Task, count: int) -> tuple[str, ...]:
        """Return its last log lines; none where there are none, or these credentials may not read them."""
        from botocore.exceptions import ClientError

        definition = self._aws.client("ecs").describe_task_definition(taskDefinition=task.task_definition)
        containers = definition["taskDefinition"]["containerDefinitions"]
        (container,) = [one for one in containers if one["name"] == self._context.service]
        logs = container.get("logConfiguration", {})
        options = logs.get("options", {})
        if logs.get("logDriver") != "awslogs" or "awslogs-stream-prefix" not in options:
            return ()
        try:
            events = self._aws.client("logs").get_log_events(
                logGroupName=options["awslogs-group"],
                logStreamName=f"{options['awslogs-stream-prefix']}/{self._context.service}/{task.id}",
                limit=count,
                startFromHead=False,
            )["events"]
        except ClientError as error:
            if error_code(error) in _NO_LOGS:
                return ()
            raise
        return tuple(_readable(event["message"]) for event in events)

    def _settings_of_the_service(self, task_definition: str | None) -> dict[str, Any]:
        """The task definition, network and capacity that the service's own next task would get."""
        answer = self._aws.client("ecs").describe_services(
            cluster=self._context.cluster_name, services=[self._service_name]
        )
        (service,) = answer["services"]
        # With CodeDeploy some of it is in the task set that serves.
        sets = service.get("taskSets") or []
        service = {**service, **next((one for one in sets if one.get("status") == "PRIMARY"), {})}
        settings: dict[str, Any] = {"taskDefinition": task_definition or service["taskDefinition"]}
        for key in ("networkConfiguration", "platformVersion"):
            if service.get(key):
                settings[key] = service[key]
        if service.get("capacityProviderStrategy"):
            settings["capacityProviderStrategy"] = service["capacityProviderStrategy"]
        else:
            settings["launchType"] = service.get("launchType", "FARGATE")
        return settings

    def _task(self, task: dict[str, Any]) -> Task:
        codes = [one.get("exitCode") for one in task.get("containers", []) if one["name"] == self._context.service]
        stopped = task["lastStatus"] == "STOPPED"
        created = task.get("createdAt")
        return Task(
            arn=task["taskArn"],
            status=task["lastStatus"],
            task_definition=task["taskDefinitionArn"],
            created=f"at {for_people(created)}" if created else "just now",
            exit_code=codes[0] if codes and stopped else None,
            reason=stopped_reason(task) if stopped else "",
            interrupted=task.get("stopCode") == "SpotInterruption",
        )


def _readable(line: str) -> str:
    """Return the message of a JSON line, with its level unless that is INFO; any other line unchanged."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line.rstrip()
    if not isinstance(entry, dict) or "message" not in entry:
        return line.rstrip()
    level = entry.get("level", "INFO")
    return str(entry["message"]) if level == "INFO" else f"{level}: {entry['message']}"
