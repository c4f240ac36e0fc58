"""The deployments of one service: which one is newest, whether it completed or failed, and the circuit breaker."""

from collections.abc import Callable, Mapping
from typing import Any

from local.dataplane.desired_state.model import Service
from local.dataplane.diagnosis import Diagnosis
from local.dataplane.ecs.deployment import Deployment, Events, failure_threshold

FindObstacle = Callable[[Service], Diagnosis | None]
"""Why the service's task definition can never run on this machine; `None` where it can."""


class Rollout:
    """Follows the deployments of a service, as ECS does.

    Args:
        service: the desired state at first.
        find_obstacle: says why no task of a service can run on this machine.
        events: of the service.
    """

    def __init__(self, service: Service, *, find_obstacle: FindObstacle, events: Events) -> None:
        self.rolled_back_to: str | None = None
        """The task definition to which the circuit breaker rolls the service back; the workload applies it."""
        self._service, self._find_obstacle, self._events = service, find_obstacle, events
        self._deployments: dict[str, Deployment] = {}
        self._last_good: str | None = None

    @property
    def deployment_ids(self) -> list[str]:
        """All deployments, the oldest first."""
        return list(self._deployments)

    @property
    def state(self) -> str:
        """The `rolloutState` of the newest deployment."""
        deployment = self._newest
        return deployment.rollout_state if deployment is not None else "IN_PROGRESS"

    @property
    def obstacle(self) -> Diagnosis | None:
        """Why no task of the newest deployment can start on this machine."""
        deployment = self._newest
        return deployment.obstacle if deployment is not None else None

    def follow(self, service: Service) -> bool:
        """Take over the desired state; returns whether it starts a new deployment."""
        self._service = service
        is_new = service.deployment_id not in self._deployments
        if is_new:
            self._deployments[service.deployment_id] = Deployment(
                id=service.deployment_id, task_definition_arn=service.task_definition_arn
            )
        self._check_for_obstacle(self._deployments[service.deployment_id])
        return is_new

    def count_failed_task(self, deployment_id: str) -> None:
        """A task of the deployment ended soon after its start, or never started."""
        if deployment_id in self._deployments:
            self._deployments[deployment_id].failed_tasks += 1

    def evaluate(self, *, is_steady: bool) -> bool:
        """Complete the newest deployment, or open the circuit breaker; returns whether it is complete."""
        deployment = self._newest
        if deployment is None or deployment.rollout_state == "FAILED":
            return False
        if is_steady:
            if deployment.rollout_state != "COMPLETED":
                deployment.complete()
            self._events.add("has reached a steady state.")
            self._last_good = deployment.task_definition_arn
            return True
        breaker_is_closed = self._service.circuit_breaker and deployment.rollout_state == "IN_PROGRESS"
        if breaker_is_closed and deployment.failed_tasks >= failure_threshold(self._service.desired_count):
            self.rolled_back_to = self._rollback_target(deployment)
            deployment.fail(self.rolled_back_to)
            self._events.add(f"(deployment {deployment.id}) deployment failed: tasks failed to start.")
        return False

    def description(self, counts: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
        """As in DescribeServices; `counts` are the running and the pending tasks by deployment."""
        return [
            self._deployments[id_].description(
                desired=self._service.desired_count if id_ == self._service.deployment_id else 0,
                running=running,
                pending=pending,
            )
            for id_, (running, pending) in counts.items()
        ]

    @property
    def _newest(self) -> Deployment | None:
        return self._deployments.get(self._service.deployment_id)

    def _check_for_obstacle(self, deployment: Deployment) -> None:
        """Fail a deployment that can never run here at once; continue it when the obstacle is gone."""
        if deployment.rollout_state != "IN_PROGRESS" and deployment.obstacle is None:
            return
        obstacle = self._find_obstacle(self._service) if self._service.desired_count > 0 else None
        if obstacle is None and deployment.obstacle is not None:
            deployment.retry()
        elif obstacle is not None and deployment.obstacle is None:
            self.rolled_back_to = self._rollback_target(deployment) if self._service.circuit_breaker else None
            deployment.refuse(obstacle, self.rolled_back_to)
            self._events.add(f"(deployment {deployment.id}) deployment failed: {obstacle.problem}.")

    def _rollback_target(self, deployment: Deployment) -> str | None:
        """The task definition that ran last, unless it is the one that has failed."""
        if not self._service.rollback or self._last_good == deployment.task_definition_arn:
            return None
        return self._last_good
