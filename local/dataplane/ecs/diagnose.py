"""Why a task is not healthy, or why it ended."""

from local.dataplane.containers.container import ContainerProcess
from local.dataplane.diagnosis import Diagnosis, last_line, last_log_line
from local.dataplane.ecs.task import Task

APPLY_AGAIN = "apply the environment again: ./windlass local apply"
ALLOW_IT = "allow it to the execution role, and apply; denied calls are in ./windlass local status"
REASONS = {
    "AccessDeniedException": ALLOW_IT,
    "403 Forbidden": ALLOW_IT,
    "unable to assume the role": "let the role trust ecs-tasks.amazonaws.com, and apply: ./windlass local apply",
    "Check your task network configuration": "bring back the rule or the route that is missing: ./windlass local apply",
    "ResourceInitializationError": APPLY_AGAIN,
}
"""Part of the reason why a task or a container does not start → the next step."""


def of_running_task(task: Task) -> Diagnosis | None:
    """The failing check of a container; `None` where no check has failed."""
    for name, container in task.containers.items():
        if container.health != "HEALTHY" and container.health_problem:
            verdict = "unhealthy" if container.health == "UNHEALTHY" else "not healthy yet"
            problem = f"{verdict}: container {name}: {last_line(container.health_problem)}"
            return Diagnosis(problem=problem, next_step=_read_log(container))
    return None


def of_ended_task(task: Task) -> Diagnosis:
    """The container that ended the task: why it never started, or its exit code and its last log line."""
    for name, container in task.containers.items():
        if container.status != "STOPPED" or not container.container.essential:
            continue
        if container.reason:
            next_step = _step(container.reason) or _read_log(container)
            return Diagnosis(problem=f"does not start: container {name}: {container.reason}", next_step=next_step)
        if container.exit_code is not None:
            said = last_log_line(container.log_path)
            problem = f"ends: container {name} ended with exit code {container.exit_code}"
            return Diagnosis(problem=f"{problem}: {said}" if said else problem, next_step=_read_log(container))
    return Diagnosis(problem=f"does not start: {task.stopped_reason}", next_step=_step(task.stopped_reason))


def of_starting_task(task: Task) -> Diagnosis:
    """What a task waits for that has not failed so far."""
    for name, container in task.containers.items():
        if container.status == "PENDING" and container.container.depends_on:
            others = ", ".join(other for other, _ in container.container.depends_on)
            return Diagnosis(problem=f"starting: container {name} waits for {others}")
    return Diagnosis(problem="starting")


def _step(reason: str) -> str:
    """The next step for a reason that is known; empty for another one."""
    return next((step for part, step in REASONS.items() if part in reason), "")


def _read_log(container: ContainerProcess) -> str:
    return f"read its log: {container.log_path}"
