"""All tasks: those of services, and those that somebody runs once."""

from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from local.dataplane.containers.addresses import Addresses
from local.dataplane.containers.container import ContainerRuntime
from local.dataplane.containers.container_spec import TaskContext
from local.dataplane.containers.hosts_file import HostsFile
from local.dataplane.containers.images import UnknownImageError
from local.dataplane.desired_state.aws_client import AwsClient
from local.dataplane.desired_state.model import DesiredState, Service
from local.dataplane.desired_state.task_definition import TaskDefinition, with_overrides
from local.dataplane.ecs.agent import Agent
from local.dataplane.ecs.scheduler import Scheduler
from local.dataplane.ecs.task import Task, new_task_arn
from local.dataplane.proxy.targets import Targets
from local.dataplane.settings import Settings

ENDED_TASKS_KEPT = 50


class Workload:
    """`advance` makes one step towards what is wished, and never waits.

    Args:
        settings: of the data plane.
        account: reads secrets, and takes what the circuit breaker wants.
        agent: serves the containers.
        addresses: gives addresses.
        targets: behind the load balancer.
        tools: for containers.
        trust: file of the certificates that containers trust.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        account: AwsClient,
        agent: Agent,
        addresses: Addresses,
        targets: Targets,
        tools: ContainerRuntime,
        trust: Path,
    ) -> None:
        self._settings, self._account, self._agent, self._addresses = settings, account, agent, addresses
        self._targets, self._tools, self._trust = targets, tools, trust
        self._desired_state = DesiredState()
        self._schedulers: dict[str, Scheduler] = {}
        self._single: dict[str, Task] = {}
        self._ended: deque[dict[str, Any]] = deque(maxlen=ENDED_TASKS_KEPT)
        self._names: dict[str, tuple[str, ...]] = {}
        self.left_out: dict[str, str] = {}
        """ARN of a service that nothing can run here → why, in a sentence."""

    @property
    def tasks(self) -> list[Task]:
        """All that have not ended."""
        return [*(task for each in self._schedulers.values() for task in each.tasks), *self._single.values()]

    @property
    def schedulers(self) -> dict[str, Scheduler]:
        """By ARN of the service."""
        return self._schedulers

    def advance(self, desired_state: DesiredState, store_names: dict[str, tuple[str, ...]], now: float) -> None:
        """One step."""
        self._desired_state = desired_state
        self._run_services(desired_state, now)
        self._run_single_tasks(desired_state, now)
        self._names = {**store_names, **self._discovered(desired_state)}
        for task in self.tasks:
            task.update_names(self._names)

    def stop_all(self, reason: str, *, at_most_seconds: float) -> None:
        """Begin to end every task."""
        for task in self.tasks:
            task.stop(reason, "UserInitiated", at_most_seconds=at_most_seconds)

    def observed(self) -> dict[str, Any]:
        """What the emulated ECS is told: services and tasks."""
        tasks = [*self._ended, *(task.description() for task in self.tasks)]
        return {
            "services": {arn: each.description() for arn, each in self._schedulers.items()},
            "tasks": {each["taskArn"]: each for each in tasks},
        }

    def _run_services(self, desired_state: DesiredState, now: float) -> None:
        self.left_out = {}
        for arn, service in desired_state.services.items():
            if arn not in self._schedulers:
                why = self._why_not(desired_state.definitions[service.task_definition_arn])
                if why:
                    self.left_out[arn] = f"service {service.name} does not run: {why}"
                    continue
                self._schedulers[arn] = Scheduler(
                    service,
                    start_task=self._start_task,
                    targets=self._targets,
                    time_factor=self._settings.time_factor,
                )
        for arn, scheduler in list(self._schedulers.items()):
            wanted = desired_state.services.get(arn)
            for task in scheduler.tasks:
                self._heed_stop_request(task, desired_state)
            self._bury(scheduler.advance(wanted, desired_state.target_groups, now))
            if scheduler.rolled_back and wanted is not None:
                self._account.set_task_definition(wanted, scheduler.rolled_back)
                scheduler.rolled_back = None
            if wanted is None and scheduler.is_empty:
                del self._schedulers[arn]

    def _run_single_tasks(self, desired_state: DesiredState, now: float) -> None:
        buried = {each["taskArn"] for each in self._ended}
        for arn, wish in desired_state.single_tasks.items():
            if wish["lastStatus"] == "PROVISIONING" and arn not in self._single and arn not in buried:
                definition = desired_state.definitions[wish["taskDefinitionArn"]]
                self._single[arn] = self._new_task(
                    arn=arn,
                    cluster_arn=wish["clusterArn"],
                    definition=with_overrides(definition, wish.get("overrides") or {}),
                    group=wish.get("group", ""),
                    started_by=wish.get("startedBy", ""),
                    now=now,
                )
        for arn, task in list(self._single.items()):
            self._heed_stop_request(task, desired_state)
            task.advance(now)
            if task.status == "STOPPED":
                self._bury([self._single.pop(arn)])

    def _heed_stop_request(self, task: Task, desired_state: DesiredState) -> None:
        wish = desired_state.single_tasks.get(task.arn)
        if task.wanted and not task.deactivating and wish is not None and wish["desiredStatus"] == "STOPPED":
            task.stop(wish.get("stoppedReason") or "Task stopped by user", "UserInitiated")

    def _why_not(self, definition: TaskDefinition) -> str:
        """What is missing for an essential container; empty where something stands in for each."""
        for container in definition.containers:
            try:
                self._tools.program(container)
            except UnknownImageError as error:
                if container.essential:
                    return str(error)
        return ""

    def _discovered(self, desired_state: DesiredState) -> dict[str, tuple[str, ...]]:
        """Cloud Map name → addresses of the tasks behind it that are ready."""
        found: dict[str, list[str]] = {}
        for arn, scheduler in self._schedulers.items():
            service = desired_state.services.get(arn)
            for name in service.names if service is not None else ():
                found.setdefault(name, []).extend(task.address for task in scheduler.tasks if task.is_ready)
        return {name: tuple(addresses) for name, addresses in found.items()}

    def _start_task(self, service: Service, now: float) -> Task:
        return self._new_task(
            arn=new_task_arn(service.cluster_arn),
            cluster_arn=service.cluster_arn,
            definition=self._desired_state.definitions[service.task_definition_arn],
            group=f"service:{service.name}",
            started_by=service.deployment_id,
            now=now,
        )

    def _new_task(
        self, *, arn: str, cluster_arn: str, definition: TaskDefinition, group: str, started_by: str, now: float
    ) -> Task:
        id_ = arn.rpartition("/")[2]
        folder = self._settings.tasks_folder / f"{definition.family}-{id_[:12]}"
        folder.mkdir(parents=True, exist_ok=True)
        address = self._addresses.take()
        host_name = f"ip-{address.replace('.', '-')}.{self._settings.region}.compute.internal"
        hosts = HostsFile(folder / "hosts", address=address, host_name=host_name)
        hosts.update(self._names)
        context = TaskContext(
            folder=folder,
            windlass_folder=self._settings.windlass_folder,
            address=address,
            host_name=host_name,
            hosts=hosts,
            trust=self._trust,
            aws=self._account.variables,
            read_secret=self._account.read_secret,
            agent=lambda container: self._agent.variables(id_, container),
            time_factor=self._settings.time_factor,
            repositories=self._settings.repositories,
        )
        task = Task(
            arn=arn,
            cluster_arn=cluster_arn,
            definition=definition,
            group=group,
            started_by=started_by,
            context=context,
            tools=self._tools,
            now=now,
        )
        self._agent.add(task)
        return task

    def _bury(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self._agent.remove(task)
            self._addresses.give_back(task.address)
            self._ended.append(task.description())
