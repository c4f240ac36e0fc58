"""The grace period: a task that starts slowly has all of it, one that was ready is replaced sooner."""

from pathlib import Path
from typing import Any

import pytest

from local.dataplane.desired_state.model import Service, TargetBinding, TargetGroup
from local.dataplane.ecs.scheduler import Scheduler
from local.dataplane.ecs.task import Task
from tests.dataplane.tasks import SLEEP, Tasks

GROUP = TargetGroup(
    arn="group",
    name="group",
    path="/health",
    matcher="200",
    interval_seconds=30,
    timeout_seconds=5,
    healthy_threshold=2,
    unhealthy_threshold=3,
    deregistration_delay_seconds=0,
    least_outstanding_requests=False,
)
SERVICE = Service(
    arn="service",
    name="service",
    cluster_arn="cluster",
    task_definition_arn="definition",
    deployment_id="deployment",
    desired_count=1,
    minimum_healthy_percent=100,
    maximum_percent=200,
    targets=(TargetBinding(target_group_arn="group", container="web", port=80),),
    grace_period_seconds=600,
    circuit_breaker=False,
    rollback=False,
    names=(),
)


class SameTargets:
    """Targets that all have the state that the test sets."""

    def __init__(self) -> None:
        self.now = "initial"

    def state(self, *_: Any) -> str:
        return self.now

    def problem(self, *_: Any) -> str:
        return "Health checks failed"

    def is_drained(self, *_: Any) -> bool:
        return True

    def register(self, *_: Any) -> None: ...

    deregister = remove = register


class RunningTask(Task):
    """Runs at once, and its container needs no process."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.status = "RUNNING"

    def advance(self, now: float) -> None:
        """Nothing happens to its container."""


class Clock:
    """A scheduler and its clock."""

    def __init__(self, folder: Path) -> None:
        self.targets, self.started = SameTargets(), 0
        self._tasks = Tasks(folder, task_type=RunningTask)
        self._scheduler = Scheduler(
            SERVICE,
            start_task=self._start,
            find_obstacle=lambda _service: None,
            targets=self.targets,  # type: ignore[arg-type]
            time_factor=0.1,
        )

    def _start(self, _service: Service, now: float) -> Task:
        self.started += 1
        self.newest = task = self._tasks({"name": "web", "command": SLEEP})
        task.created_at = now
        return task

    def at(self, seconds: float, state: str) -> int:
        """The number of tasks started so far, with targets in this state."""
        self.targets.now = state
        self._scheduler.advance(SERVICE, {"group": GROUP}, seconds)
        return self.started


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    clock = Clock(tmp_path)
    assert clock.at(0, "initial") == 1
    return clock


def test_a_task_that_was_never_ready_has_the_whole_grace_period_however_fast_the_clock_is(clock: Clock) -> None:
    assert clock.at(61, "unhealthy") == 1
    assert clock.at(599, "unhealthy") == 1
    assert clock.at(601, "unhealthy") == 2


def test_a_task_that_was_ready_is_replaced_by_the_fast_clock(clock: Clock) -> None:
    assert clock.at(20, "healthy") == 1
    assert clock.at(59, "unhealthy") == 1
    assert clock.at(61, "unhealthy") == 2


def test_a_task_that_is_drained_says_why_and_who_stops_it(clock: Clock) -> None:
    assert "stopCode" not in clock.newest.description()
    clock.newest.deactivate("Deployment replaced the task")
    said = clock.newest.description()
    assert (said["lastStatus"], said["desiredStatus"]) == ("DEACTIVATING", "STOPPED")
    assert (said["stoppedReason"], said["stopCode"]) == ("Deployment replaced the task", "ServiceSchedulerInitiated")
