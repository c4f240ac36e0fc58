"""The scheduler of one service: reconciles its tasks with the desired state, behind the load balancer."""

from collections.abc import Callable, Mapping
from typing import Any

from local.dataplane.desired_state.model import Service, TargetGroup
from local.dataplane.diagnosis import Diagnosis
from local.dataplane.ecs import diagnose
from local.dataplane.ecs.deployment import Events
from local.dataplane.ecs.placement import Placement
from local.dataplane.ecs.rollout import FindObstacle, Rollout
from local.dataplane.ecs.task import Task
from local.dataplane.proxy.targets import Targets

FIRST_BACK_OFF_SECONDS = 0.25
LAST_BACK_OFF_SECONDS = 10.0
SHORT_LIFE_SECONDS = 30.0
"""A task that ends on its own sooner than this counts as failed, so that a crash loop slows down."""

StartTask = Callable[[Service, float], Task]


class Scheduler:
    """`advance` takes one step towards the desired state of the service, and never blocks.

    Args:
        service: the desired state at first; `advance` receives newer ones.
        start_task: starts one task.
        find_obstacle: says why no task of the service can run on this machine.
        targets: of the load balancer.
        time_factor: grace periods of tasks that were ready are multiplied by it.
    """

    def __init__(
        self,
        service: Service,
        *,
        start_task: StartTask,
        find_obstacle: FindObstacle,
        targets: Targets,
        time_factor: float,
    ) -> None:
        self._service, self._start_task, self._targets, self._time_factor = service, start_task, targets, time_factor
        self._placements: list[Placement] = []
        self._last_failure: Diagnosis | None = None
        self._failures = 0
        self._not_before = 0.0
        self._events = Events(service_name=service.name)
        self.rollout = Rollout(service, find_obstacle=find_obstacle, events=self._events)

    @property
    def tasks(self) -> list[Task]:
        """All tasks that have not ended, and those that ended in the last step."""
        return [each.task for each in self._placements]

    @property
    def is_empty(self) -> bool:
        """Whether no task is left."""
        return not self._placements

    @property
    def healthy_count(self) -> int:
        """Ready tasks of the newest deployment."""
        return sum(self._is_current(each) and self._is_ready(each) for each in self._placements)

    @property
    def is_steady(self) -> bool:
        """Whether all desired tasks are ready, of the newest deployment, and no other task is left."""
        return len(self._placements) == self.healthy_count == self._service.desired_count

    def advance(self, service: Service | None, groups: Mapping[str, TargetGroup], now: float) -> list[Task]:
        """Take one step; returns the tasks that have ended, which are no longer tracked here.

        Args:
            service: the desired state; `None` when the service was deleted.
            groups: all target groups by ARN.
            now: seconds of a monotonic clock.
        """
        if service is not None:
            self._service = service
            if self.rollout.follow(service):
                self._last_failure = None
        for each in self._placements:
            each.task.advance(now)
            for group_arn in each.register(self._service, groups, now):
                self._events.add(f"registered 1 targets in (target-group {group_arn})")
            each.was_ready = each.was_ready or self._is_ready(each)
        ended = self._collect_ended(groups, now)
        self._replace(service.desired_count if service is not None else 0, groups, now)
        for each in self._placements:
            if each.is_drained(now):
                each.task.stop(each.task.stopped_reason, "ServiceSchedulerInitiated")
        if self.rollout.evaluate(is_steady=self.is_steady):
            self._failures, self._last_failure = 0, None
        return ended

    def description(self) -> dict[str, Any]:
        """What the emulated ECS writes into the service."""
        counts: dict[str, tuple[int, int]] = {}
        for id_ in self.rollout.deployment_ids:
            tasks = [each.task for each in self._placements if each.deployment_id == id_]
            if tasks or id_ == self._service.deployment_id:
                counts[id_] = (_count(tasks, "RUNNING"), _count(tasks, "PENDING"))
        return {
            "runningCount": _count(self.tasks, "RUNNING"),
            "pendingCount": _count(self.tasks, "PENDING"),
            "deployments": self.rollout.description(counts),
            "events": self._events.description(),
            "completedDeployment": self._service.deployment_id if self.rollout.state == "COMPLETED" else "",
        }

    def diagnosis(self) -> Diagnosis | None:
        """Why the service is not steady; `None` when it is."""
        if self.is_steady:
            return None
        if self.rollout.obstacle is not None:
            return self.rollout.obstacle
        waiting = [each for each in self._placements if self._is_current(each) and not self._is_ready(each)]
        for each in waiting:
            diagnosis = each.failing_check()
            if diagnosis is not None:
                return diagnosis
        if self._last_failure is not None:
            return self._last_failure
        for each in waiting:
            return diagnose.of_starting_task(each.task)
        if self.healthy_count == self._service.desired_count:
            return Diagnosis(problem="other tasks of the service are still stopping")
        return Diagnosis(problem="starting")

    def _collect_ended(self, groups: Mapping[str, TargetGroup], now: float) -> list[Task]:
        ended = [each for each in self._placements if each.task.status == "STOPPED"]
        for each in self._placements:
            if not each.task.wanted and not each.draining:
                # It ended on its own, so there is nothing to drain.
                self._deregister(each, groups, now)
        for each in ended:
            each.remove_targets()
            self._placements.remove(each)
            if each.task.stop_code in ("TaskFailedToStart", "EssentialContainerExited"):
                self._count_failure(each, now)
            self._events.add(f"has stopped 1 running tasks: (task {each.task.id}).")
        return [each.task for each in ended]

    def _count_failure(self, placement: Placement, now: float) -> None:
        task = placement.task
        if self._is_current(placement):
            self._last_failure = diagnose.of_ended_task(task)
        if task.running_since is not None and now - task.created_at >= SHORT_LIFE_SECONDS:
            return
        self._not_before = now + min(LAST_BACK_OFF_SECONDS, FIRST_BACK_OFF_SECONDS * 2**self._failures)
        self._failures += 1
        self.rollout.count_failed_task(placement.deployment_id)
        self._events.add(f"task {task.id} failed: {task.stopped_reason}")

    def _replace(self, desired: int, groups: Mapping[str, TargetGroup], now: float) -> None:
        """Start missing tasks and stop surplus ones, within the deployment's percentages."""
        live = [each for each in self._placements if not each.draining]
        current = [each for each in live if self._is_current(each) and not self._is_unhealthy(each, now)]
        outgoing = [each for each in live if each not in current]
        ready_current = sum(map(self._is_ready, current))
        minimum = -(-desired * self._service.minimum_healthy_percent // 100)
        room = max(desired * self._service.maximum_percent // 100, min(desired, 1)) - len(live)
        # A protected task is not chosen, so more than the desired number may run for a while.
        free = sorted((each for each in current if not each.task.is_protected()), key=self._is_ready)
        for each in free[: max(0, len(current) - desired)]:
            self._drain(each, groups, now, "Scaling activity initiated by deployment")
        missing = desired - len(current)
        if missing > 0 and room > 0 and now >= self._not_before and self.rollout.state != "FAILED":
            self._start(min(missing, room), now)
        self._stop_outgoing(
            outgoing, enough=ready_current >= desired, room=room, minimum=minimum, groups=groups, now=now
        )

    def _stop_outgoing(
        self,
        outgoing: list[Placement],
        *,
        enough: bool,
        room: int,
        minimum: int,
        groups: Mapping[str, TargetGroup],
        now: float,
    ) -> None:
        """Stop old and unhealthy tasks as soon as enough others are ready."""
        ready = sum(self._is_ready(each) for each in self._placements if not each.draining)
        for each in sorted(outgoing, key=self._is_ready):
            if each.task.is_protected() and each.task.health != "UNHEALTHY":
                continue
            serves = self._is_ready(each)
            if serves and not enough and ready - 1 < minimum:
                continue
            if not serves and not enough and room > 0 and self._is_current(each):
                continue  # unhealthy, but there is room for its replacement beside it
            ready -= serves
            if self._is_current(each):
                self._last_failure = each.failing_check() or self._last_failure
                self._drain(each, groups, now, "Task failed health checks")
            else:
                self._drain(each, groups, now, "Deployment replaced the task")

    def _start(self, count: int, now: float) -> None:
        for _ in range(count):
            task = self._start_task(self._service, now)
            placement = Placement(task=task, deployment_id=self._service.deployment_id, targets=self._targets)
            self._placements.append(placement)
            self._events.add(f"has started 1 tasks: (task {task.id}).")

    def _drain(self, placement: Placement, groups: Mapping[str, TargetGroup], now: float, reason: str) -> None:
        placement.task.deactivate(reason)
        if placement.registered:
            self._events.add("has begun draining connections on 1 tasks.")
        self._deregister(placement, groups, now)

    def _deregister(self, placement: Placement, groups: Mapping[str, TargetGroup], now: float) -> None:
        for group_arn in placement.deregister(groups, now):
            self._events.add(f"deregistered 1 targets in (target-group {group_arn})")

    def _is_current(self, placement: Placement) -> bool:
        return placement.deployment_id == self._service.deployment_id

    def _is_ready(self, placement: Placement) -> bool:
        return placement.is_ready(self._service)

    def _is_unhealthy(self, placement: Placement, now: float) -> bool:
        # A program starts no faster here than on AWS, and slower where the machine is busy (A08).
        factor = self._time_factor if placement.was_ready else 1.0
        if now - placement.task.created_at < self._service.grace_period_seconds * factor:
            return False
        target = placement.unhealthy_target()
        if target is None:
            return placement.task.health == "UNHEALTHY"
        (group_arn, (_, port)), reason = target, self._targets.problem(*target)
        self._events.add(f"(port {port}) is unhealthy in (target-group {group_arn}) due to (reason {reason}).")
        return True


def _count(tasks: list[Task], status: str) -> int:
    return sum(task.status == status and not task.deactivating for task in tasks)
