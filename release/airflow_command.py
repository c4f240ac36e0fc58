"""Runs one command of Airflow's as an ECS task of its own.

The task is what the API server's ECS service would start, with another command: the same image, network, roles and
secrets. Its `migrate` container runs before, as always.
"""

from collections.abc import Mapping
from typing import Any

from release.context import AnyContext
from release.errors import BadRequestError, FailedError, StoppedError
from release.target import Target
from release.task import OneOffTasks, Task

CONTAINER = "api-server"
TIMEOUT_SECONDS = 900
LOG_LINES = 50


def airflow_target(outputs: Mapping[str, Any], environment: str) -> tuple[Target, str]:
    """Airflow's API server in an environment, and the name of its ECS service.

    Args:
        outputs: outputs of the `service` layer, name → value.
        environment: for messages.

    Raises:
        BadRequestError: the environment has no Airflow, or none was applied.
    """
    airflow = outputs.get("airflow")
    if airflow is None:
        raise BadRequestError(f"{environment} has no Airflow that was applied: ./windlass apply {environment}")
    target = Target(
        environment=environment, service=CONTAINER, cluster_name=outputs["cluster_name"], url=airflow["url"]
    )
    return target, airflow["service_names"][CONTAINER]


def run_airflow(
    context: AnyContext, service_name: str, command: tuple[str, ...], *, timeout_seconds: float = TIMEOUT_SECONDS
) -> None:
    """Run it, wait until it has ended with exit code 0, and show its last log lines.

    Args:
        context: the API server.
        service_name: its ECS service.
        command: what follows `airflow`, such as `("rotate-fernet-key",)`.
        timeout_seconds: how long to wait. Default: 15 minutes.

    Raises:
        FailedError: it ended otherwise, or takes too long; with ECS's reason and its last log lines.
        StoppedError: somebody pressed Ctrl-C; the task goes on.
    """
    words = " ".join(("airflow", *command))
    tasks = OneOffTasks(context.aws, context.target, service_name, started_by="windlass-airflow")
    task = tasks.start(command, tags={"Name": f"{service_name}-command"})
    context.reporter.say(f"{words}: task {task.id}")
    ended = _wait(context, tasks, task, timeout_seconds, words)
    lines = tasks.log_lines(ended, LOG_LINES) if ended.exit_code is not None else ()
    if ended.exit_code != 0:
        end = "its container never ran" if ended.exit_code is None else f"exit code {ended.exit_code}"
        told = [f"{words} failed: {end}.", f"  task: {ended.id}", f"  ECS: {ended.reason or 'gives no reason'}"]
        raise FailedError("\n".join([*told, *(f"  log: {line}" for line in lines)]))
    for line in lines:
        context.reporter.say(f"  {line}")
    context.reporter.say(f"{words}: done.", style="green")


def _wait(context: AnyContext, tasks: OneOffTasks, task: Task, timeout_seconds: float, words: str) -> Task:
    end = context.pace.clock() + timeout_seconds
    try:
        while not (task := tasks.look(task)).stopped:
            left = end - context.pace.clock()
            if left <= 0:
                raise FailedError(
                    f"{words} has not ended after {round(timeout_seconds)} s; "
                    f"task {task.id} is {task.status} and goes on."
                )
            context.reporter.wait(f"{words} is {task.status}", rest=f"{round(left)} s left")
            context.pace.sleep(min(context.pace.poll_seconds, left))
        return task
    except KeyboardInterrupt:
        raise StoppedError(f"Stopped waiting for {words}; task {task.id} goes on.") from None
    finally:
        context.reporter.done_waiting()
