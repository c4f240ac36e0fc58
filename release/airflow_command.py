"""Runs a command of Airflow's as a separate ECS task.

The task is what the API server's ECS service would start, with another command: the same image, network, roles and
secrets. Its `migrate` container runs before, as always.
"""

from collections.abc import Mapping
from typing import Any

from release.context import Session
from release.ecs import EcsService
from release.errors import BadRequestError, FailedError
from release.one_off_task import OneOffTasks

CONTAINER = "api-server"
TIMEOUT_SECONDS = 900
LOG_LINES = 50


def open_api_server(outputs: Mapping[str, Any], session: Session) -> EcsService:
    """Return the ECS service of Airflow's API server.

    Args:
        outputs: outputs of the `service` layer, name → value.
        session: the environment.

    Raises:
        BadRequestError: the environment has no Airflow, or none was applied.
    """
    airflow = outputs.get("airflow")
    if airflow is None:
        raise BadRequestError(
            f"{session.environment} has no Airflow that was applied: ./windlass apply {session.environment}"
        )
    context = session.context(CONTAINER, cluster_name=outputs["cluster_name"])
    return EcsService(context, airflow["service_names"][CONTAINER])


def run_airflow(service: EcsService, command: tuple[str, ...], *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
    """Run a command, wait until it has ended with exit code 0, and show its last log lines.

    Args:
        service: the API server.
        command: what follows `airflow`, such as `("rotate-fernet-key",)`.
        timeout_seconds: how long to wait. Default: 15 minutes.

    Raises:
        FailedError: it ended otherwise, or takes too long; with the reason of ECS and its last log lines.
        StoppedError: Ctrl-C; the task goes on.
    """
    words, reporter = " ".join(("airflow", *command)), service.context.reporter
    tasks = OneOffTasks(service, started_by="windlass-airflow")
    task = tasks.start(command, tags={"Name": f"{service.name}-command"})
    reporter.say(f"{words}: task {task.id}")
    ended = tasks.wait(task, timeout_seconds, label=words)
    lines = tasks.last_log_lines(ended, LOG_LINES)
    if ended.exit_code != 0:
        end = "its container never ran" if ended.exit_code is None else f"exit code {ended.exit_code}"
        message = [f"{words} failed: {end}.", f"  task: {ended.id}", *(f"  log: {line}" for line in lines)]
        # What Airflow printed is the cause; what ECS reports of the container is of use only without it.
        if not lines:
            message.append(f"  ECS: {ended.reason or 'gives no reason'}")
        raise FailedError("\n".join(message))
    for line in lines:
        reporter.result(line)
    reporter.say(f"{words}: done.", style="green")
