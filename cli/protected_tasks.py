"""Tasks that protect themselves, such as workers of Airflow with something to do: a destroy waits for them (S05).

ECS ends none of them before its protection does, a service of theirs drains until then, and Terraform gives up after 20
minutes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import times
from cli.obstacles import Obstacle, States
from cli.running.state_store import managed_resources
from release.aws import Aws, error_code

_TASKS_PER_CALL = 100


@dataclass(frozen=True, kw_only=True)
class ProtectedTasks:
    """Those of a service."""

    layer: str
    cluster: str
    """Its ARN, or its name."""

    service: str
    arns: tuple[str, ...]
    until: datetime
    """When the last of them ends to be protected, unless it is protected again."""

    def obstacle(self, region: str) -> Obstacle:
        """What to do about them, where nobody has said that they may be lost."""
        protected = f"{len(self.arns)} of {self.service}'s tasks are protected until {times.for_people(self.until)}"
        names = " ".join(arn.rpartition("/")[2] for arn in self.arns)
        cluster = self.cluster.rpartition("/")[2]
        command = f"aws ecs update-task-protection --region {region} --cluster {cluster} --tasks {names}"
        return Obstacle(
            what=f"{self.layer}: {protected} (wait for them, or lose what they do)",
            commands=(f"{command} --no-protection-enabled",),
        )


def protected_tasks(aws: Aws, states: States) -> Iterator[ProtectedTasks]:
    """Services with tasks that ECS would wait for.

    Args:
        aws: the account.
        states: of the layers that would be destroyed.
    """
    for layer, state in states.items():
        for attributes in managed_resources(state, "aws_ecs_service"):
            cluster, service = str(attributes["cluster"]), str(attributes["name"])
            protections = {
                each["taskArn"]: each["expirationDate"]
                for some in _some(_tasks(aws, cluster, service))
                for each in aws.client("ecs").get_task_protection(cluster=cluster, tasks=some)["protectedTasks"]
                if each["protectionEnabled"]
            }
            if protections:
                until = max(protections.values())
                yield ProtectedTasks(layer=layer, cluster=cluster, service=service, arns=(*protections,), until=until)


def end_tasks(aws: Aws, tasks: ProtectedTasks) -> None:
    """Stop tasks that protect themselves, and see to it that none takes their place."""
    ecs = aws.client("ecs")
    ecs.update_service(cluster=tasks.cluster, service=tasks.service, desiredCount=0)
    for arn in tasks.arns:
        ecs.stop_task(cluster=tasks.cluster, task=arn, reason="The environment is destroyed")


def _tasks(aws: Aws, cluster: str, service: str) -> list[str]:
    """Tasks of a service; none where it, or its cluster, was deleted by hand."""
    from botocore.exceptions import ClientError

    try:
        return aws.pages("ecs", "list_tasks", "taskArns", cluster=cluster, serviceName=service)
    except ClientError as error:
        if error_code(error) not in ("ClusterNotFoundException", "ServiceNotFoundException"):
            raise
        return []


def _some(arns: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(arns), _TASKS_PER_CALL):
        yield list(arns[start : start + _TASKS_PER_CALL])
