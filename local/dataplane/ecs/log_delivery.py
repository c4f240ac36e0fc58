"""Delivers the logs of one-off tasks to CloudWatch Logs, where commands read their last lines."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from local.dataplane.desired_state.aws_client import AwsClient
from local.dataplane.ecs.preparation import stream_name
from local.dataplane.ecs.task import Task

MAX_LINES = 1000
"""PutLogEvents accepts 10,000 events; commands show far fewer."""
MAX_BYTES = 512 * 1024
"""PutLogEvents accepts 1 MiB."""


class LogDelivery:
    """Delivers in a thread, as the log driver `awslogs` does.

    Args:
        aws: the emulated account.
        executor: runs the deliveries.
    """

    def __init__(self, aws: AwsClient, executor: ThreadPoolExecutor) -> None:
        self._aws, self._executor = aws, executor

    def deliver(self, task: Task) -> "Future[None]":
        """Start to deliver the last lines of every container that has the log driver `awslogs`."""
        return self._executor.submit(self._deliver, task)

    def _deliver(self, task: Task) -> None:
        for name, container in task.containers.items():
            logs = container.container.logs
            if logs is not None:
                stream = stream_name(logs, name, task.id)
                role_arn = task.definition.execution_role_arn
                self._aws.execution_roles.put_log_lines(role_arn, logs.group, stream, last_lines(container.log_path))


def last_lines(path: Path) -> list[str]:
    """The last lines of a log that are not empty, within the limits; none when there is no log."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - MAX_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return [line for line in lines if line.strip()][-MAX_LINES:]
