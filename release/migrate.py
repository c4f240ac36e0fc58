"""Migrates the database of a service: once, as a separate ECS task, before any task of the new image starts (A07).

The task is what the ECS service would start, with the service's migration command instead of its own. So it has the
network, the roles and the secrets that the new tasks will have, and a wrong one of them shows here first.
"""

import re
from dataclasses import dataclass

from aws.colour import Colour
from release.ecs import EcsService
from release.errors import BadRequestError, FailedError, RefusedError
from release.one_off_task import OneOffTasks, Task

TIMEOUT_SECONDS = 900
LOG_LINES = 20


@dataclass(frozen=True, kw_only=True)
class MigrateRequest:
    """One migration."""

    command: tuple[str, ...]
    """The service's migration command, such as `("python", "-m", "web.migrate")`."""

    colour: Colour | None = None
    """Whose image migrates. Default: the idle colour's, which is the newest; during a canary the new colour's."""

    timeout_seconds: float = TIMEOUT_SECONDS
    """How long to wait for it. Default: 15 minutes."""

    def __post_init__(self) -> None:
        """Refuse a service that has no migration command."""
        if not self.command:
            raise BadRequestError("The service has no migration_command in the environment file; nothing to run.")


def migrate_like(
    service: EcsService,
    command: tuple[str, ...],
    *,
    label: str,
    timeout_seconds: float = TIMEOUT_SECONDS,
    task_definition: str | None = None,
    is_result: bool = False,
) -> None:
    """Run a migration in a task like those of an ECS service, and wait until it has ended with exit code 0.

    Args:
        service: the ECS service.
        command: what migrates.
        label: whose image migrates, for messages, such as `web green`.
        timeout_seconds: how long to wait for it. Default: 15 minutes.
        task_definition: a revision. Default: the one that the ECS service runs.
        is_result: the migration is all that the command does. Default: it is a step on the way.

    Raises:
        RefusedError: a migration of the web service runs already.
        FailedError: it ended otherwise, or takes too long; with the reason of ECS and its last log lines.
        StoppedError: Ctrl-C; the task goes on.
    """
    context, tasks = service.context, _tasks(service)
    stop = f"./windlass migrate {context.arguments} --stop"
    for one in tasks.running():
        raise RefusedError(
            f"A migration of {context.service} runs already (task {one.id}, started {one.created}). "
            f"Wait for it, or stop it: {stop}"
        )
    tags = {"Name": f"{service.name}-migration", "StartedBy": _tag_value(context.author.name)}
    task = tasks.start(command, tags=tags, task_definition=task_definition)
    context.reporter.say(f"{label}: migration in task {task.id}: {' '.join(command)}")
    ended = tasks.wait(
        task,
        timeout_seconds,
        label=f"the migration of {context.service}",
        hint=f" Once it has finished, run the same command to continue. To stop it: {stop}",
    )
    lines = tasks.last_log_lines(ended, LOG_LINES)
    if ended.exit_code != 0:
        raise FailedError(_failure(label, ended, lines))
    for line in lines:
        context.reporter.say(f"  {line}")
    report = context.reporter.result if is_result else context.reporter.say
    report(f"{label}: migration done.", style="green")


def stop_migration(service: EcsService) -> bool:
    """Stop the migration that runs; returns whether one did. PostgreSQL rolls back what it has not committed.

    Args:
        service: an ECS service of the web service, of either colour.
    """
    context, tasks = service.context, _tasks(service)
    running = tasks.running()
    for task in running:
        tasks.stop(task, f"Stopped by {context.author.name}: ./windlass migrate --stop")
        context.reporter.result(f"{context.service}: stopping task {task.id}.")
    return bool(running)


def _tasks(service: EcsService) -> OneOffTasks:
    return OneOffTasks(service, started_by=f"windlass-migrate-{service.context.service}")


def _tag_value(text: str) -> str:
    """The text without characters that tags may not have, such as parentheses; AWS takes 256 characters."""
    return re.sub(r"[^\w .:/=+@-]", "", text)[:256]


def _failure(label: str, task: Task, lines: tuple[str, ...]) -> str:
    end = "its container never ran" if task.exit_code is None else f"exit code {task.exit_code}"
    message = [
        f"The migration of {label} failed: {end}. Nothing was scaled up or switched.",
        f"  task: {task.id}",
        f"  ECS: {task.reason or 'gives no reason'}",
        *(f"  log: {line}" for line in lines),
    ]
    if task.interrupted:
        message.append(
            "AWS reclaimed the Spot capacity. Unfinished work was rolled back; run the same command to retry."
        )
    return "\n".join(message)
