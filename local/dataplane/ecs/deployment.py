"""The deployments and the events of a service, as ECS records them."""

import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from local.dataplane.diagnosis import Diagnosis

EVENTS_KEPT = 100
"""DescribeServices returns at most this many."""


@dataclass(kw_only=True)
class Deployment:
    """One deployment of a service."""

    id: str
    task_definition_arn: str
    failed_tasks: int = 0
    rollout_state: str = "IN_PROGRESS"
    reason: str = ""
    obstacle: Diagnosis | None = None
    """Why none of its tasks can ever start on this machine."""

    def complete(self) -> None:
        """All its tasks run and are healthy."""
        self.rollout_state, self.reason = "COMPLETED", f"ECS deployment {self.id} completed."

    def fail(self, rolled_back_to: str | None) -> None:
        """The circuit breaker opened; `rolled_back_to` is a task definition ARN."""
        self.rollout_state = "FAILED"
        self.reason = "ECS deployment circuit breaker: tasks failed to start."
        if rolled_back_to:
            self.reason = f"ECS deployment circuit breaker: rolling back to {rolled_back_to.rpartition('/')[2]}."

    def refuse(self, diagnosis: Diagnosis, rolled_back_to: str | None) -> None:
        """None of its tasks can start on this machine."""
        self.fail(rolled_back_to)
        self.obstacle, self.reason = diagnosis, f"{diagnosis.problem}. {self.reason}"

    def retry(self) -> None:
        """What made the deployment impossible is gone."""
        self.obstacle, self.rollout_state, self.reason = None, "IN_PROGRESS", ""

    def description(self, *, desired: int, running: int, pending: int) -> dict[str, Any]:
        """As in DescribeServices, without what the emulated ECS adds itself."""
        return {
            "id": self.id,
            "taskDefinition": self.task_definition_arn,
            "desiredCount": desired,
            "runningCount": running,
            "pendingCount": pending,
            "failedTasks": self.failed_tasks,
            "rolloutState": self.rollout_state,
            "rolloutStateReason": self.reason or f"ECS deployment {self.id} in progress.",
        }


@dataclass(kw_only=True)
class Events:
    """The service's events, the newest first, in the words of ECS."""

    service_name: str
    _events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))

    def add(self, message: str) -> None:
        """Record an event, unless one of the last five says the same."""
        text = f"(service {self.service_name}) {message}"
        if all(event["message"] != text for event in islice(self._events, 5)):
            self._events.appendleft({"id": str(uuid.uuid4()), "createdAt": time.time(), "message": text})

    def description(self) -> list[dict[str, Any]]:
        """As in DescribeServices."""
        return list(self._events)


def failure_threshold(desired_count: int) -> int:
    """Failed tasks that open the circuit breaker: half the desired count, at least 3, at most 200."""
    return max(3, min(200, -(-desired_count // 2)))
