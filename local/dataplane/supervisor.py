"""The loop: what the emulated account wants, what runs, and the steps from the one to the other."""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local import processes
from local.dataplane.account import Account
from local.dataplane.certificates import Certificates
from local.dataplane.container import Tools
from local.dataplane.databases import Databases
from local.dataplane.definitions import Container, TaskDefinition, with_overrides
from local.dataplane.envoy import Envoy
from local.dataplane.envoy_config import ProxyInputs
from local.dataplane.images import Program, UnknownImageError, program_of, programs
from local.dataplane.ledger import Ledger
from local.dataplane.scheduler import Scheduler
from local.dataplane.settings import Settings
from local.dataplane.surroundings import Ports, Surroundings, ports_of
from local.dataplane.targets import Targets
from local.dataplane.task import Task, new_task_arn
from local.dataplane.watcher import Watcher
from local.dataplane.wishes import Listener, Service, Wishes

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.1
STOP_SECONDS = 8.0
"""All containers together have so long when the data plane itself stops, whatever their `stopTimeout`."""
CHECK_THREADS = 16
ENDED_TASKS_KEPT = 50
STATE_FILE = "state.json"


class Supervisor:
    """Everything that the data plane runs. One thread calls `run`; `request_stop` may come from a signal handler."""

    def __init__(self, settings: Settings) -> None:
        folder = settings.folder
        self._settings = settings
        self._stopping = False
        self._wake = threading.Event()
        self._account = Account(settings.endpoint_url, settings.region)
        self._watcher = Watcher(self._account, self._wake)
        self._ledger = Ledger(folder / "processes.json")
        self._ports = Ports()
        self._executor = ThreadPoolExecutor(max_workers=CHECK_THREADS, thread_name_prefix="check")
        self._certificates = Certificates(folder / "certificates")
        self._proxy = Envoy(folder / "envoy", self._ledger)
        self._databases = Databases(
            folder / "postgres",
            ledger=self._ledger,
            ports=self._ports,
            certificates=self._certificates,
            read_secret=self._account.read_secret,
        )
        self._targets = Targets(
            self._executor, time_factor=settings.time_factor, longest_drain_seconds=settings.longest_drain_seconds
        )
        table = programs()
        self._tools = Tools(
            ledger=self._ledger,
            executor=self._executor,
            program=lambda container: program_of(container.image, table),
            time_factor=settings.time_factor,
        )
        self._schedulers: dict[str, Scheduler] = {}
        self._single: dict[str, Task] = {}
        self._ended: deque[dict[str, Any]] = deque(maxlen=ENDED_TASKS_KEPT)
        self._proxied: ProxyInputs | None = None
        self._listening: set[int] = set()
        self._stores_are_there = False
        self._state = ""

    def request_stop(self) -> None:
        """End the loop soon."""
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        """Work until `request_stop`; then end everything that was started."""
        leftovers = self._ledger.end_leftovers()
        if leftovers:
            logger.warning("ended %d processes that an earlier run had left", leftovers)
        self._watcher.start()
        try:
            while not self._stopping:
                self._step(time.monotonic())
                self._wake.wait(TICK_SECONDS)
                self._wake.clear()
        finally:
            self._end()

    def _step(self, now: float) -> None:
        wishes = self._watcher.wishes
        if wishes is not None:
            self._databases.advance(wishes, now)
            # On AWS the database is there long before the first task; without it tasks would only wait.
            self._stores_are_there = self._stores_are_there or self._databases.is_settled(wishes)
            if self._stores_are_there:
                self._run_services(wishes, now)
                self._run_single_tasks(wishes, now)
            self._targets.advance(now)
            self._run_proxy(wishes, now)
            self._watcher.offer(self._observed(wishes))
        self._write_state(wishes)

    def _run_services(self, wishes: Wishes, now: float) -> None:
        for arn, service in wishes.services.items():
            if arn not in self._schedulers and self._has_programs(service, wishes):
                self._schedulers[arn] = Scheduler(
                    service,
                    start_task=self._start_task,
                    targets=self._targets,
                    time_factor=self._settings.time_factor,
                )
        for arn, scheduler in list(self._schedulers.items()):
            wanted = wishes.services.get(arn)
            for task in scheduler.tasks:
                self._heed_stop_request(task, wishes)
            for task in scheduler.advance(wanted, wishes.target_groups, now):
                self._bury(task)
            if scheduler.rolled_back and wanted is not None:
                self._account.set_task_definition(wanted, scheduler.rolled_back)
                scheduler.rolled_back = None
            if wanted is None and scheduler.is_empty:
                del self._schedulers[arn]

    def _run_single_tasks(self, wishes: Wishes, now: float) -> None:
        buried = {each["taskArn"] for each in self._ended}
        for arn, wish in wishes.single_tasks.items():
            if wish["lastStatus"] == "PROVISIONING" and arn not in self._single and arn not in buried:
                definition = wishes.definitions[wish["taskDefinitionArn"]]
                self._single[arn] = self._new_task(
                    arn=arn,
                    cluster_arn=wish["clusterArn"],
                    definition=with_overrides(definition, wish.get("overrides") or {}),
                    group=wish.get("group", ""),
                    started_by=wish.get("startedBy", ""),
                    now=now,
                )
        for arn, task in list(self._single.items()):
            self._heed_stop_request(task, wishes)
            task.advance(now)
            if task.status == "STOPPED":
                self._bury(self._single.pop(arn))

    def _heed_stop_request(self, task: Task, wishes: Wishes) -> None:
        wish = wishes.single_tasks.get(task.arn)
        if task.wanted and not task.deactivating and wish is not None and wish["desiredStatus"] == "STOPPED":
            task.stop(wish.get("stoppedReason") or "Task stopped by user", "UserInitiated")

    def _start_task(self, service: Service, now: float) -> Task:
        wishes = self._watcher.wishes
        assert wishes is not None
        return self._new_task(
            arn=new_task_arn(service.cluster_arn),
            cluster_arn=service.cluster_arn,
            definition=wishes.definitions[service.task_definition_arn],
            group=f"service:{service.name}",
            started_by=service.deployment_id,
            now=now,
        )

    def _new_task(
        self, *, arn: str, cluster_arn: str, definition: TaskDefinition, group: str, started_by: str, now: float
    ) -> Task:
        id_ = arn.rpartition("/")[2]
        folder = self._settings.folder / "tasks" / f"{definition.family}-{id_[:12]}"
        folder.mkdir(parents=True, exist_ok=True)
        around = Surroundings(
            task_id=id_,
            folder=folder,
            aws=self._account.variables,
            read_secret=self._account.read_secret,
            ports=ports_of(definition, self._program_or_none, self._ports),
        )
        return Task(
            arn=arn,
            cluster_arn=cluster_arn,
            definition=definition,
            group=group,
            started_by=started_by,
            around=around,
            tools=self._tools,
            now=now,
        )

    def _has_programs(self, service: Service, wishes: Wishes) -> bool:
        """Whether something stands in for every essential container; a service that nothing can run is left out."""
        definition = wishes.definitions.get(service.task_definition_arn)
        essential = [each for each in definition.containers if each.essential] if definition else []
        return not any(self._program_or_none(each) == Program(command=()) for each in essential)

    def _program_or_none(self, container: Container) -> Program:
        try:
            return self._tools.program(container)
        except UnknownImageError:
            return Program(command=())  # the start will say what is wrong

    def _bury(self, task: Task) -> None:
        for port in task.ports.values():
            self._ports.give_back(port)
        self._ended.append(task.description())

    def _run_proxy(self, wishes: Wishes, now: float) -> None:
        local_ports = {each.port: self._settings.local_port(each.port) for each in wishes.listeners}
        first = {each.port: each for each in reversed(wishes.listeners)}  # one load balancer has a port
        inputs = ProxyInputs(
            folder=self._proxy.files_folder,
            listeners=tuple(first.values()),
            target_groups=wishes.target_groups,
            endpoints=self._targets.endpoints(),
            local_ports=local_ports,
            certificates={
                each.arn: self._certificates.for_names(f"listener-{each.port}", _host_names(each))
                for each in first.values()
                if each.is_https
            },
        )
        if inputs != self._proxied:
            self._proxy.apply(inputs)
            self._proxied = inputs
        self._proxy.keep_running(now)

    def _observed(self, wishes: Wishes) -> dict[str, Any]:
        running = [task for scheduler in self._schedulers.values() for task in scheduler.tasks]
        tasks = [*self._ended, *(task.description() for task in (*running, *self._single.values()))]
        return {
            "services": {arn: each.description() for arn, each in self._schedulers.items()},
            "tasks": {each["taskArn"]: each for each in tasks},
            "targets": self._targets.observed(wishes.target_groups),
        }

    def _write_state(self, wishes: Wishes | None) -> None:
        """What `DataPlane.status` reads."""
        state: dict[str, Any] = {"ready": False, "problems": [], "ports": {}, "services": [], "databases": []}
        if self._watcher.problem:
            state["problems"].append(self._watcher.problem)
        if wishes is not None:
            state["databases"] = self._databases.description(wishes)
            state["problems"] += [each["problem"] for each in state["databases"] if each["problem"]]
            state["ports"] = self._listening_ports(wishes)
            state["services"] = [
                self._service_state(arn, each)
                for arn, each in wishes.services.items()
                if self._has_programs(each, wishes)
            ]
            listens = len(state["ports"]) == len({each.port for each in wishes.listeners})
            state["ready"] = listens and self._databases.is_settled(wishes) and not self._watcher.problem
        text = json.dumps(state, indent=1)
        if text != self._state:
            path = self._settings.folder / STATE_FILE
            path.with_suffix(".new").write_text(text)
            path.with_suffix(".new").replace(path)
            self._state = text

    def _listening_ports(self, wishes: Wishes) -> dict[str, int]:
        wanted = {each.port: self._settings.local_port(each.port) for each in wishes.listeners}
        for port in wanted.keys() - self._listening:
            if processes.port_is_taken("127.0.0.1", wanted[port]):
                self._listening.add(port)
        return {str(port): wanted[port] for port in sorted(wanted.keys() & self._listening)}

    def _service_state(self, arn: str, service: Service) -> dict[str, Any]:
        scheduler = self._schedulers.get(arn)
        shown: Mapping[str, Any] = scheduler.description() if scheduler is not None else {}
        return {
            "name": service.name,
            "desired": service.desired_count,
            "running": shown.get("runningCount", 0),
            "pending": shown.get("pendingCount", 0),
            "steady": scheduler is not None and scheduler.is_steady,
            "logs": sorted(
                str(container.log_path)
                for task in (scheduler.tasks if scheduler is not None else [])
                for container in task.containers.values()
            ),
        }

    def _end(self) -> None:
        self._watcher.stop()
        # First, for servers wait for the connections that the proxy keeps.
        self._proxy.stop()
        tasks = [task for scheduler in self._schedulers.values() for task in scheduler.tasks]
        tasks += self._single.values()
        for task in tasks:
            task.stop("The data plane was stopped", "UserInitiated", at_most_seconds=STOP_SECONDS)
        deadline = time.monotonic() + STOP_SECONDS + 2
        while any(task.status != "STOPPED" for task in tasks) and time.monotonic() < deadline:
            for task in tasks:
                task.advance(time.monotonic())
            time.sleep(0.02)
        self._databases.stop()
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._ledger.end_leftovers()
        (self._settings.folder / STATE_FILE).unlink(missing_ok=True)


def _host_names(listener: Listener) -> list[str]:
    """Names that a certificate for this listener has to have."""
    names = list(listener.certificate_names)
    for rule in listener.rules:
        for condition in rule["Conditions"]:
            if condition["Field"] == "host-header":
                names += (condition.get("HostHeaderConfig") or {}).get("Values") or condition.get("Values") or []
    return [name for name in dict.fromkeys(names) if "?" not in name and "*" not in name.removeprefix("*.")]
