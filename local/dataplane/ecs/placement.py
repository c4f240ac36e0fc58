"""A task of a service, and the targets of the load balancer that it is registered as."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.dataplane.desired_state.model import Service, TargetGroup
from local.dataplane.diagnosis import Diagnosis
from local.dataplane.ecs import diagnose
from local.dataplane.ecs.task import Task
from local.dataplane.proxy.targets import Endpoint, Targets


@dataclass(kw_only=True)
class Placement:
    """One task of one deployment."""

    task: Task
    deployment_id: str
    targets: Targets
    registered: list[tuple[str, Endpoint]] = field(default_factory=list)
    """Target group ARN, and the task's address with the container's port."""
    draining: bool = False
    was_ready: bool = False
    """Whether it was ready at some time, so that its start is over."""

    def is_ready(self, service: Service) -> bool:
        """Whether it serves: its containers' checks and those of its target groups pass."""
        return (
            not self.draining
            and self.task.is_ready
            and all(self.targets.state(*target) == "healthy" for target in self.registered)
            and len(self.registered) >= len(service.targets)
        )

    def register(self, service: Service, groups: Mapping[str, TargetGroup], now: float) -> list[str]:
        """Register a task that runs with its target groups; returns those that are new."""
        task = self.task
        if self.registered or self.draining or not task.wanted or task.status != "RUNNING":
            return []
        for binding in service.targets:
            if binding.target_group_arn in groups and binding.container in task.containers:
                endpoint = (task.address, binding.port)
                self.targets.register(groups[binding.target_group_arn], endpoint, now)
                self.registered.append((binding.target_group_arn, endpoint))
        return [group_arn for group_arn, _ in self.registered]

    def deregister(self, groups: Mapping[str, TargetGroup], now: float) -> list[str]:
        """Stop new requests to the task; returns the target groups."""
        self.draining = True
        for group_arn, endpoint in self.registered:
            if group_arn in groups:
                self.targets.deregister(groups[group_arn], endpoint, now)
            else:
                self.targets.remove(group_arn, endpoint)  # the target group was deleted
        return [group_arn for group_arn, _ in self.registered if group_arn in groups]

    def is_drained(self, now: float) -> bool:
        """Whether its deregistration delay is over."""
        return self.draining and all(self.targets.is_drained(*target, now) for target in self.registered)

    def remove_targets(self) -> None:
        """Remove its targets at once: the task has ended."""
        for target in self.registered:
            self.targets.remove(*target)

    def unhealthy_target(self) -> tuple[str, Endpoint] | None:
        """A target whose check fails."""
        return next((target for target in self.registered if self.targets.state(*target) == "unhealthy"), None)

    def failing_check(self) -> Diagnosis | None:
        """The check of a container or of a target group that does not pass."""
        diagnosis = diagnose.of_running_task(self.task)
        if diagnosis is not None:
            return diagnosis
        for target in self.registered:
            failing = self.targets.failing_check(*target)
            if failing:
                verdict = "unhealthy" if self.targets.state(*target) == "unhealthy" else "not healthy yet"
                logs = ", ".join(str(each.log_path) for each in self.task.containers.values())
                return Diagnosis(problem=f"{verdict}: {failing}", next_step=f"read its log: {logs}")
        return None
