"""The scheduler of one service: as many tasks as desired, of the newest deployment, behind the load balancer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.dataplane.desired_state.model import Service, TargetGroup
from local.dataplane.ecs.deployment import Deployment, Events, failure_threshold
from local.dataplane.ecs.task import Task
from local.dataplane.proxy.targets import Endpoint, Targets

FIRST_BACK_OFF_SECONDS = 0.25
LAST_BACK_OFF_SECONDS = 10.0
SHORT_LIFE_SECONDS = 30.0
"""A task that ends by itself sooner counts as failed, so that a crash loop slows down."""

StartTask = Callable[[Service, float], Task]


@dataclass(kw_only=True)
class _Placed:
    """A task of the service, with where it is registered."""

    task: Task
    deployment_id: str
    registered: list[tuple[str, Endpoint]] = field(default_factory=list)
    """Target group, and the task's address with the container's port."""
    draining: bool = False
    was_ready: bool = False
    """Whether it has been ready before, so that its start is over."""


class Scheduler:
    """`advance` makes one step towards what the service wants, and never waits."""

    def __init__(self, service: Service, *, start_task: StartTask, targets: Targets, time_factor: float) -> None:
        self.rolled_back: str | None = None
        """The task definition to which the circuit breaker wants the service set back; taken by the supervisor."""
        self._service, self._start_task, self._targets, self._time_factor = service, start_task, targets, time_factor
        self._placed: list[_Placed] = []
        self._deployments: dict[str, Deployment] = {}
        self._last_good: str | None = None
        self._failures = 0
        self._not_before = 0.0
        self._events = Events(service_name=service.name)

    @property
    def tasks(self) -> list[Task]:
        """All that have not ended, and those that have just ended."""
        return [each.task for each in self._placed]

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it is left."""
        return not self._placed

    @property
    def is_steady(self) -> bool:
        """Whether all that is desired is ready, of the newest deployment, and nothing else is left."""
        ready = [each for each in self._placed if self._is_current(each) and self._is_ready(each)]
        return len(self._placed) == len(ready) == self._service.desired_count

    def advance(self, service: Service | None, groups: Mapping[str, TargetGroup], now: float) -> list[Task]:
        """One step; returns the tasks that have ended, which are forgotten here.

        Args:
            service: what is wanted; `None` when the service was deleted.
            groups: all target groups by ARN.
            now: seconds of a monotonic clock.
        """
        if service is not None:
            self._service = service
            self._deployments.setdefault(
                service.deployment_id,
                Deployment(id=service.deployment_id, task_definition_arn=service.task_definition_arn),
            )
        for each in self._placed:
            each.task.advance(now)
            self._register(each, groups, now)
            each.was_ready = each.was_ready or self._is_ready(each)
        ended = self._collect_ended(groups, now)
        self._replace(service.desired_count if service is not None else 0, groups, now)
        self._go_on_draining(now)
        self._judge_deployment()
        return ended

    def description(self) -> dict[str, Any]:
        """What the emulated ECS writes into the service."""
        by_deployment = {
            id_: [each.task for each in self._placed if each.deployment_id == id_] for id_ in self._deployments
        }
        shown = [
            self._deployments[id_].description(
                desired=self._service.desired_count if id_ == self._service.deployment_id else 0,
                running=_count(tasks, "RUNNING"),
                pending=_count(tasks, "PENDING"),
            )
            for id_, tasks in by_deployment.items()
            if tasks or id_ == self._service.deployment_id
        ]
        primary = self._deployments.get(self._service.deployment_id)
        return {
            "runningCount": _count(self.tasks, "RUNNING"),
            "pendingCount": _count(self.tasks, "PENDING"),
            "deployments": shown,
            "events": self._events.description(),
            "settled": primary.id if primary and primary.rollout_state == "COMPLETED" else "",
        }

    def _register(self, placed: _Placed, groups: Mapping[str, TargetGroup], now: float) -> None:
        task = placed.task
        if placed.registered or placed.draining or not task.wanted or task.status != "RUNNING":
            return
        for binding in self._service.targets:
            if binding.target_group_arn in groups and binding.container in task.containers:
                endpoint = (task.address, binding.port)
                self._targets.register(groups[binding.target_group_arn], endpoint, now)
                placed.registered.append((binding.target_group_arn, endpoint))
                self._events.add(f"registered 1 targets in (target-group {binding.target_group_arn})")

    def _collect_ended(self, groups: Mapping[str, TargetGroup], now: float) -> list[Task]:
        ended = [each for each in self._placed if each.task.status == "STOPPED"]
        for each in self._placed:
            if not each.task.wanted and not each.draining:
                # It ended by itself, so there is nothing to drain.
                self._take_out(each, groups, now)
                each.draining = True
        for each in ended:
            for target in each.registered:
                self._targets.remove(*target)
            self._placed.remove(each)
            if each.task.stop_code in ("TaskFailedToStart", "EssentialContainerExited"):
                self._failed(each, now)
            self._events.add(f"has stopped 1 running tasks: (task {each.task.id}).")
        return [each.task for each in ended]

    def _failed(self, placed: _Placed, now: float) -> None:
        task = placed.task
        if task.running_since is not None and now - task.began >= SHORT_LIFE_SECONDS:
            return
        self._not_before = now + min(LAST_BACK_OFF_SECONDS, FIRST_BACK_OFF_SECONDS * 2**self._failures)
        self._failures += 1
        deployment = self._deployments.get(placed.deployment_id)
        if deployment is not None:
            deployment.failed_tasks += 1
        self._events.add(f"task {task.id} failed: {task.stopped_reason}")

    def _replace(self, desired: int, groups: Mapping[str, TargetGroup], now: float) -> None:
        """Start what is missing, stop what is too much, within the deployment's percentages."""
        live = [each for each in self._placed if not each.draining]
        current = [each for each in live if self._is_current(each) and not self._is_unhealthy(each, now)]
        outgoing = [each for each in live if each not in current]
        ready_current = sum(map(self._is_ready, current))
        minimum = -(-desired * self._service.minimum_healthy_percent // 100)
        room = max(desired * self._service.maximum_percent // 100, min(desired, 1)) - len(live)
        # A protected task is not chosen, so more than desired may run for a while.
        free = sorted((each for each in current if not each.task.is_protected()), key=self._is_ready)
        for each in free[: max(0, len(current) - desired)]:
            self._drain(each, groups, now, "Scaling activity initiated by deployment")
        missing = desired - len(current)
        failed = self._deployment_has_failed()
        if missing > 0 and room > 0 and now >= self._not_before and not failed:
            self._start(min(missing, room), now)
        self._let_go(outgoing, enough=ready_current >= desired, room=room, minimum=minimum, groups=groups, now=now)

    def _let_go(
        self,
        outgoing: list[_Placed],
        *,
        enough: bool,
        room: int,
        minimum: int,
        groups: Mapping[str, TargetGroup],
        now: float,
    ) -> None:
        """Stop old and unhealthy tasks as soon as enough others are ready."""
        ready = sum(self._is_ready(each) for each in self._placed if not each.draining)
        for each in sorted(outgoing, key=self._is_ready):
            if each.task.is_protected() and each.task.health != "UNHEALTHY":
                continue
            serves = self._is_ready(each)
            if serves and not enough and ready - 1 < minimum:
                continue
            if not serves and not enough and room > 0 and self._is_current(each):
                continue  # unhealthy, but its replacement has a place beside it
            ready -= serves
            reason = "Task failed health checks" if self._is_current(each) else "Deployment replaced the task"
            self._drain(each, groups, now, reason)

    def _start(self, count: int, now: float) -> None:
        for _ in range(count):
            task = self._start_task(self._service, now)
            self._placed.append(_Placed(task=task, deployment_id=self._service.deployment_id))
            self._events.add(f"has started 1 tasks: (task {task.id}).")

    def _drain(self, placed: _Placed, groups: Mapping[str, TargetGroup], now: float, reason: str) -> None:
        placed.draining = placed.task.deactivating = True
        placed.task.stopped_reason = reason
        if placed.registered:
            self._events.add("has begun draining connections on 1 tasks.")
        self._take_out(placed, groups, now)

    def _take_out(self, placed: _Placed, groups: Mapping[str, TargetGroup], now: float) -> None:
        for group_arn, endpoint in placed.registered:
            if group_arn in groups:
                self._targets.deregister(groups[group_arn], endpoint, now)
                self._events.add(f"deregistered 1 targets in (target-group {group_arn})")

    def _go_on_draining(self, now: float) -> None:
        for each in self._placed:
            if each.draining and all(self._targets.is_drained(*target, now) for target in each.registered):
                each.task.stop(each.task.stopped_reason, "ServiceSchedulerInitiated")

    def _judge_deployment(self) -> None:
        deployment = self._deployments.get(self._service.deployment_id)
        if deployment is None or deployment.rollout_state == "FAILED":
            return
        if self.is_steady:
            if deployment.rollout_state != "COMPLETED":
                deployment.complete()
            self._events.add("has reached a steady state.")
            self._failures, self._last_good = 0, deployment.task_definition_arn
            return
        threshold = failure_threshold(self._service.desired_count)
        if not (self._service.circuit_breaker and deployment.rollout_state == "IN_PROGRESS"):
            return
        if deployment.failed_tasks >= threshold:
            back = self._last_good if self._service.rollback else None
            self.rolled_back = back if back != deployment.task_definition_arn else None
            deployment.fail(self.rolled_back)
            self._events.add(f"(deployment {deployment.id}) deployment failed: tasks failed to start.")

    def _deployment_has_failed(self) -> bool:
        deployment = self._deployments.get(self._service.deployment_id)
        return deployment is not None and deployment.rollout_state == "FAILED"

    def _is_current(self, placed: _Placed) -> bool:
        return placed.deployment_id == self._service.deployment_id

    def _is_ready(self, placed: _Placed) -> bool:
        return (
            not placed.draining
            and placed.task.is_ready
            and all(self._targets.state(*target) == "healthy" for target in placed.registered)
            and len(placed.registered) >= len(self._service.targets)
        )

    def _is_unhealthy(self, placed: _Placed, now: float) -> bool:
        # A program starts no faster here than on AWS, and slower where the machine is busy (A08).
        factor = self._time_factor if placed.was_ready else 1.0
        if now - placed.task.began < self._service.grace_period_seconds * factor:
            return False
        for group_arn, endpoint in placed.registered:
            if self._targets.state(group_arn, endpoint) == "unhealthy":
                why = self._targets.problem(group_arn, endpoint)
                self._events.add(
                    f"(port {endpoint[1]}) is unhealthy in (target-group {group_arn}) due to (reason {why})."
                )
                return True
        return placed.task.health == "UNHEALTHY"


def _count(tasks: list[Task], status: str) -> int:
    return sum(task.status == status and not task.deactivating for task in tasks)
