"""Migrates the database of a service: once, as an ECS task of its own, before any task of the new image starts (A07).

The task is what the colour's ECS service would start, with the service's migration command instead of its own. So it
has the network, the roles and the secrets that the new tasks will have, and a wrong one of them shows here first.
"""

import re
from dataclasses import dataclass

from aws.colour import Colour
from release.context import AnyContext, Context
from release.errors import BadRequestError, FailedError, RefusedError, StoppedError
from release.task import OneOffTasks, Task
from release.weights import Live, other

TIMEOUT_SECONDS = 900
LOG_LINES = 20
LOG_ATTEMPTS = 3
"""Lines are there a few seconds after the task has ended."""


@dataclass(frozen=True, kw_only=True)
class MigrateRequest:
    """What somebody asks for."""

    command: tuple[str, ...]
    """The service's migration command, such as `("python", "-m", "web.migrate")`."""

    colour: Colour | None = None
    """Whose image migrates. Default: the idle colour's, which is the newest; during a canary the new colour's."""

    timeout_seconds: float = TIMEOUT_SECONDS
    """How long to wait for it. Default: 15 minutes."""

    def __post_init__(self) -> None:
        """Refuse a service that has none."""
        if not self.command:
            raise BadRequestError("The service has no migration_command in the environment file; nothing to run.")


def migrate(context: Context, request: MigrateRequest) -> None:
    """Run the migration, and wait until it has ended with exit code 0.

    Raises:
        RefusedError: one runs already.
        FailedError: it ended otherwise, or takes too long; with ECS's reason and its last log lines.
        StoppedError: somebody pressed Ctrl-C; the task goes on.
    """
    colour = request.colour or newest_colour(context)
    migrate_like(
        context,
        context.target.sides[colour].service_name,
        command=request.command,
        timeout_seconds=request.timeout_seconds,
        label=f"{context.target.service} {colour}",
    )


def migrate_like(
    context: AnyContext,
    service_name: str,
    *,
    command: tuple[str, ...],
    timeout_seconds: float,
    label: str,
    task_definition: str | None = None,
) -> None:
    """Run the migration in a task like those of an ECS service, and wait until it has ended with exit code 0.

    Args:
        context: the service.
        service_name: the ECS service.
        command: what migrates.
        timeout_seconds: how long to wait for it.
        label: whose image migrates, for people.
        task_definition: a revision. Default: the one that the ECS service runs.

    Raises:
        RefusedError, FailedError, StoppedError: as `migrate`.
    """
    target, say = context.target, context.reporter.say
    tasks = _tasks(context, service_name)
    for one in tasks.running():
        raise RefusedError(
            f"A migration of {target.service} runs already (task {one.id}, asked for {one.asked_for}). "
            f"Wait for it, or stop it: ./windlass migrate {target.arguments} --stop"
        )
    tags = {"Name": f"{service_name}-migration", "StartedBy": _tag_value(context.author.name)}
    task = tasks.start(command, tags=tags, task_definition=task_definition)
    say(f"{label}: migration in task {task.id}: {' '.join(command)}")
    ended = _wait(context, tasks, task, timeout_seconds)
    lines = _log_lines(context, tasks, ended)
    if ended.exit_code != 0:
        raise FailedError(_why(label, ended, lines))
    for line in lines:
        say(f"  {line}")
    say(f"{label}: migration done.", style="green")


def stop_migration(context: AnyContext) -> bool:
    """Stop the migration that runs; returns whether there was one. What it has not finished, PostgreSQL takes back."""
    tasks = _tasks(context, "")
    running = tasks.running()
    for task in running:
        tasks.stop(task, f"Stopped by {context.author.name}: ./windlass migrate --stop")
        context.reporter.say(f"{context.target.service}: asked ECS to stop task {task.id}.")
    return bool(running)


def newest_colour(context: Context) -> Colour:
    """The colour that gets no request; in a canary the one that gets the few."""
    live = Live.parse(context.colour.read().effective.value)
    return other(live.full) if live.full is not None else live.colour


def _tasks(context: AnyContext, service_name: str) -> OneOffTasks:
    target = context.target
    return OneOffTasks(context.aws, target, service_name, started_by=f"windlass-migrate-{target.service}")


def _tag_value(text: str) -> str:
    """The text without what tags may not have, such as parentheses; AWS takes 256 characters."""
    return re.sub(r"[^\w .:/=+@-]", "", text)[:256]


def _wait(context: AnyContext, tasks: OneOffTasks, task: Task, timeout_seconds: float) -> Task:
    pace, name = context.pace, context.target.service
    end = pace.clock() + timeout_seconds
    try:
        while True:
            task = tasks.look(task)
            if task.stopped:
                return task
            left = end - pace.clock()
            if left <= 0:
                raise FailedError(
                    f"The migration of {name} has not ended after {round(timeout_seconds)} s; task {task.id} is "
                    f"{task.status} and goes on. Nothing was scaled up or switched. When it has ended, the same "
                    f"command goes on; to stop it: ./windlass migrate {context.target.arguments} --stop"
                )
            context.reporter.wait(f"{name}: migration is {task.status}", rest=f"{round(left)} s left")
            pace.sleep(min(pace.poll_seconds, left))
    except KeyboardInterrupt:
        raise StoppedError(
            f"Stopped waiting for the migration of {name}; task {task.id} goes on. To stop it: ./windlass migrate "
            f"{context.target.arguments} --stop"
        ) from None
    finally:
        context.reporter.done_waiting()


def _log_lines(context: AnyContext, tasks: OneOffTasks, task: Task) -> tuple[str, ...]:
    if task.exit_code is None:
        return ()  # it never ran
    for attempt in range(LOG_ATTEMPTS):
        if attempt:
            context.pace.sleep(2)
        lines = tasks.log_lines(task, LOG_LINES)
        if lines:
            return lines
    return ()


def _why(name: str, task: Task, lines: tuple[str, ...]) -> str:
    end = "its container never ran" if task.exit_code is None else f"exit code {task.exit_code}"
    told = [
        f"The migration of {name} failed: {end}. Nothing was scaled up or switched.",
        f"  task: {task.id}",
        f"  ECS: {task.reason or 'gives no reason'}",
        *(f"  log: {line}" for line in lines),
    ]
    if task.interrupted:
        told.append("AWS took back the Spot capacity. What was not finished is undone: the same command tries again.")
    return "\n".join(told)
