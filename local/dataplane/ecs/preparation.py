"""What ECS does for a task before the first of its containers starts, with its roles."""

from collections.abc import Callable, Mapping

from local.dataplane.desired_state.execution_role import (
    ECR_IMAGE,
    INITIALIZATION,
    ExecutionRoles,
    ResourceError,
    secret_source,
)
from local.dataplane.desired_state.task_definition import AwsLogs, TaskDefinition

UNREACHABLE = (
    f"{INITIALIZATION}The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task "
    "and Amazon ECR. Check your task network configuration."
)


class Preparation:
    """Of one task.

    Args:
        definition: with the overrides of RunTask, if there are any.
        task_id: the last part of the task's ARN.
        roles: acts with them.
        obstacle: why the task's network does not lead to AWS; empty if it does, which is the default.
    """

    def __init__(
        self,
        definition: TaskDefinition,
        *,
        task_id: str,
        roles: ExecutionRoles,
        obstacle: Callable[[], str] = lambda: "",
    ) -> None:
        self._obstacle = obstacle
        self._definition, self._task_id, self._roles = definition, task_id, roles
        self._secrets: dict[str, str] = {}
        self._files: dict[str, Mapping[str, str]] = {}

    def run(self) -> None:
        """Mount file systems, sign in to the registry, read secrets, pull images, open log streams. Blocks.

        Raises:
            ResourceError: something of it is not possible; the message is the task's `stoppedReason`.
            UntrustedRoleError: ECS may not assume a role.
            OSError: the embedded AWS does not answer.
        """
        for each in self._definition.file_systems:
            if each.asks_iam:
                self._roles.mount(self._definition.task_role_arn, each.id, each.access_point_id)
        role, containers = self._definition.execution_role_arn, self._definition.containers
        obstacle = self._obstacle()
        if obstacle:
            # Fargate pulls and reads through the task's own interface.
            raise ResourceError(f"{UNREACHABLE} ({obstacle})")
        images = dict.fromkeys(each.image for each in containers if ECR_IMAGE.fullmatch(each.image))
        if images:
            self._roles.sign_in(role)
        for value_from in (value for each in containers for value in each.secrets.values()):
            source, _ = secret_source(value_from)
            if source not in self._secrets:
                self._secrets[source] = self._roles.read_secret(role, source)
        for arn in (arn for each in containers for arn in each.environment_files):
            if arn not in self._files:
                self._files[arn] = self._roles.read_environment_file(role, arn)
        for image in images:
            self._roles.pull(role, image)
        for container in containers:
            logs = container.logs
            if logs is not None:
                self._roles.open_log_stream(role, logs.group, stream_name(logs, container.name, self._task_id))

    def read_file(self, arn: str) -> Mapping[str, str]:
        """The variables of an environment file, once `run` has read it."""
        return self._files[arn]

    def read_secret(self, source: str) -> str:
        """The text of a secret or a parameter of the task definition, once `run` has read it."""
        return self._secrets[source]


def stream_name(logs: AwsLogs, container: str, task_id: str) -> str:
    """The log stream of a container."""
    return f"{logs.stream_prefix}/{container}/{task_id}"
