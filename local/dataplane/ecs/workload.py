"""All tasks: those of services, and those that RunTask started."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import Any

from local.dataplane.containers.images import Program, UnknownImageError
from local.dataplane.desired_state.aws_client import AwsClient
from local.dataplane.desired_state.model import DesiredState, Service
from local.dataplane.desired_state.task_definition import Container, with_overrides
from local.dataplane.diagnosis import Diagnosis
from local.dataplane.ecs.scheduler import Scheduler
from local.dataplane.ecs.task import Task, new_task_arn
from local.dataplane.ecs.task_factory import TaskFactory
from local.dataplane.proxy.targets import Targets

ENDED_TASKS_KEPT = 50
"""DescribeTasks shows this many tasks that have ended."""


class Workload:
    """`advance` takes one step towards the desired state, and never blocks.

    Args:
        aws: applies rollbacks of the circuit breaker.
        factory: creates tasks.
        targets: of the load balancer.
        program: the program of a container; raises UnknownImageError.
        deliver_logs: starts to deliver the logs of a task that has ended.
        time_factor: intervals are multiplied by it.
    """

    def __init__(
        self,
        *,
        aws: AwsClient,
        factory: TaskFactory,
        targets: Targets,
        program: Callable[[Container], Program],
        deliver_logs: Callable[[Task], Future[None]],
        time_factor: float,
    ) -> None:
        self._aws, self._factory, self._targets = aws, factory, targets
        self._program, self._deliver_logs, self._time_factor = program, deliver_logs, time_factor
        self._desired_state = DesiredState()
        self._schedulers: dict[str, Scheduler] = {}
        self._retired: list[Scheduler] = []
        """Of an account that no longer exists: their tasks are stopped."""
        self._retired_tasks: list[Task] = []
        self._one_off: dict[str, Task] = {}
        self._deliveries: dict[str, Future[None]] = {}
        """ARN of a one-off task that has ended → the delivery of its logs. Its end is reported after that."""
        self._ended: deque[dict[str, Any]] = deque(maxlen=ENDED_TASKS_KEPT)
        self._names: dict[str, tuple[str, ...]] = {}

    @property
    def tasks(self) -> list[Task]:
        """All that have not ended."""
        schedulers = [*self._schedulers.values(), *self._retired]
        of_services = (task for each in schedulers for task in each.tasks)
        return [*of_services, *self._one_off.values(), *self._retired_tasks]

    @property
    def schedulers(self) -> Mapping[str, Scheduler]:
        """By ARN of the service."""
        return self._schedulers

    def advance(self, desired_state: DesiredState, store_names: dict[str, tuple[str, ...]], now: float) -> None:
        """Take one step.

        Args:
            desired_state: what the account asks for.
            store_names: endpoint name → addresses of the data stores.
            now: seconds of a monotonic clock.
        """
        if desired_state.changes.instance != self._desired_state.changes.instance:
            self._retire_everything()
        self._desired_state = desired_state
        self._stop_retired(desired_state, now)
        self._run_services(desired_state, now)
        self._run_one_off_tasks(desired_state, now)
        self._names = {**store_names, **self._discovered(desired_state)}
        for task in self.tasks:
            task.update_names(self._names)

    def stop_all(self, reason: str, *, at_most_seconds: float) -> None:
        """Start to stop every task; after `at_most_seconds` they are killed."""
        for task in self.tasks:
            task.stop(reason, "UserInitiated", at_most_seconds=at_most_seconds)

    def observed(self) -> dict[str, Any]:
        """What the emulated ECS receives: services and tasks."""
        tasks = [*self._ended, *(task.description() for each in self._schedulers.values() for task in each.tasks)]
        for arn, task in self._one_off.items():
            is_over = {"lastStatus": "DEPROVISIONING"} if arn in self._deliveries else {}
            tasks.append({**task.description(), **is_over})
        return {
            "services": {arn: each.description() for arn, each in self._schedulers.items()},
            "tasks": {each["taskArn"]: each for each in tasks},
        }

    def _retire_everything(self) -> None:
        """Another embedded AWS gives out the same ARNs again, so nothing that is kept by ARN may survive."""
        self._retired += self._schedulers.values()
        self._retired_tasks += self._one_off.values()
        self._schedulers, self._one_off, self._deliveries = {}, {}, {}
        self._ended.clear()
        for task in self._retired_tasks:
            task.stop("The embedded AWS was restarted", "UserInitiated")

    def _run_services(self, desired_state: DesiredState, now: float) -> None:
        for arn, service in desired_state.services.items():
            if arn not in self._schedulers:
                self._schedulers[arn] = Scheduler(
                    service,
                    start_task=self._start_task,
                    find_obstacle=self._find_obstacle,
                    targets=self._targets,
                    time_factor=self._time_factor,
                )
        for arn, scheduler in list(self._schedulers.items()):
            service_now = desired_state.services.get(arn)
            for task in scheduler.tasks:
                self._obey_stop_request(task, desired_state)
                protection = desired_state.protections.get(task.arn)
                # Unless the task has asked for another one since.
                if protection is not None and protection["instead_of"] == task.protected_until:
                    task.protected_until = protection["until"]
            self._release(scheduler.advance(service_now, desired_state.target_groups, now))
            rollout = scheduler.rollout
            if rollout.rolled_back_to and service_now is not None:
                self._aws.set_task_definition(service_now, rollout.rolled_back_to)
                rollout.rolled_back_to = None
            if service_now is None and scheduler.is_empty:
                del self._schedulers[arn]

    def _stop_retired(self, desired_state: DesiredState, now: float) -> None:
        for scheduler in self._retired:
            for task in scheduler.advance(None, desired_state.target_groups, now):
                self._factory.release(task)
        self._retired = [each for each in self._retired if not each.is_empty]
        for task in list(self._retired_tasks):
            task.advance(now)
            if task.status == "STOPPED":
                self._factory.release(task)
                self._retired_tasks.remove(task)

    def _run_one_off_tasks(self, desired_state: DesiredState, now: float) -> None:
        ended = {each["taskArn"] for each in self._ended}
        for arn, document in desired_state.one_off_tasks.items():
            if document["lastStatus"] == "PROVISIONING" and arn not in self._one_off and arn not in ended:
                definition = desired_state.definitions[document["taskDefinitionArn"]]
                self._one_off[arn] = self._factory.create(
                    arn=arn,
                    cluster_arn=document["clusterArn"],
                    definition=with_overrides(definition, document.get("overrides") or {}),
                    group=document.get("group", ""),
                    started_by=document.get("startedBy", ""),
                    names=self._names,
                    network=desired_state.one_off_networks.get(arn),
                    now=now,
                )
        for arn, task in list(self._one_off.items()):
            self._obey_stop_request(task, desired_state)
            task.advance(now)
            if task.status != "STOPPED":
                continue
            if arn not in self._deliveries:
                self._deliveries[arn] = self._deliver_logs(task)
            elif self._deliveries[arn].done():
                del self._deliveries[arn]
                self._release([self._one_off.pop(arn)])

    def _obey_stop_request(self, task: Task, desired_state: DesiredState) -> None:
        document = desired_state.one_off_tasks.get(task.arn)
        if task.wanted and not task.deactivating and document is not None and document["desiredStatus"] == "STOPPED":
            task.stop(document.get("stoppedReason") or "Task stopped by user", "UserInitiated")

    def _find_obstacle(self, service: Service) -> Diagnosis | None:
        """An essential container whose image has no program on this machine."""
        for container in self._desired_state.definitions[service.task_definition_arn].containers:
            try:
                self._program(container)
            except UnknownImageError as error:
                if container.essential:
                    return Diagnosis(problem=f"cannot start: {error}", next_step=error.next_step)
        return None

    def _discovered(self, desired_state: DesiredState) -> dict[str, tuple[str, ...]]:
        """Cloud Map name → addresses of its ready tasks."""
        addresses: dict[str, list[str]] = {}
        for arn, scheduler in self._schedulers.items():
            service = desired_state.services.get(arn)
            for name in service.names if service is not None else ():
                addresses.setdefault(name, []).extend(task.address for task in scheduler.tasks if task.is_ready)
        return {name: tuple(each) for name, each in addresses.items()}

    def _start_task(self, service: Service, now: float) -> Task:
        return self._factory.create(
            arn=new_task_arn(service.cluster_arn),
            cluster_arn=service.cluster_arn,
            definition=self._desired_state.definitions[service.task_definition_arn],
            group=f"service:{service.name}",
            started_by=service.deployment_id,
            names=self._names,
            network=service.network,
            now=now,
        )

    def _release(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self._factory.release(task)
            self._ended.append(task.description())
