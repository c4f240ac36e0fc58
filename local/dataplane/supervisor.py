"""The data plane's loop: compares the desired state with what runs, and takes one step at a time between the two."""

import fnmatch
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.dataplane.connections import Connections
from local.dataplane.containers import namespaces
from local.dataplane.containers.addresses import Addresses
from local.dataplane.containers.container import ContainerRuntime
from local.dataplane.containers.images import Program, program_of, programs
from local.dataplane.desired_state.aws_client import AwsClient
from local.dataplane.desired_state.model import DesiredState, Listener
from local.dataplane.desired_state.task_definition import Container
from local.dataplane.desired_state.watcher import Watcher
from local.dataplane.ecs.agent import Agent
from local.dataplane.ecs.log_delivery import LogDelivery
from local.dataplane.ecs.task_factory import TaskFactory
from local.dataplane.ecs.workload import Workload
from local.dataplane.process_registry import ProcessRegistry
from local.dataplane.proxy.certificates import Certificates
from local.dataplane.proxy.envoy import Envoy
from local.dataplane.proxy.envoy_config import ProxyInputs
from local.dataplane.proxy.listening import ListeningPorts
from local.dataplane.proxy.targets import Targets
from local.dataplane.settings import Settings
from local.dataplane.state import STARTING, StateFile, state_of
from local.dataplane.stores.stores import Stores

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.1
QUIET_TICK_SECONDS = 0.3
"""Between two looks at the processes while nothing happens. News from the embedded AWS interrupts the wait."""
QUIET_AFTER_SECONDS = 5.0
STOP_SECONDS = 8.0
"""When the data plane stops, all containers together have this long, whatever their `stopTimeout`."""
CHECK_THREADS = 16


class Supervisor:
    """Everything that the data plane runs. One thread calls `run`; a signal handler may call `request_stop`.

    Raises:
        NamespacesError: this machine cannot run containers.
        NoAddressError: this machine has no free loopback addresses.
        ProxyMissingError: Envoy is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        namespaces.check()
        folder = settings.folder
        self._settings = settings
        self._stopping = False
        self._wake = threading.Event()
        addresses = Addresses(folder)
        self._aws = AwsClient(
            settings.endpoint_url,
            settings.region,
            is_included=lambda name: not any(fnmatch.fnmatchcase(name, each) for each in settings.skipped_services),
        )
        self._watcher = Watcher(self._aws, self._wake)
        self._registry = ProcessRegistry(folder / "processes.json")
        self._executor = ThreadPoolExecutor(max_workers=CHECK_THREADS, thread_name_prefix="check")
        self._certificates = Certificates(folder / "certificates", settings.authority_folder or folder / "authority")
        self._proxy = Envoy(folder / "envoy", self._registry)
        self._stores = Stores(
            folder / "stores", registry=self._registry, addresses=addresses, certificates=self._certificates
        )
        self._connections = Connections(
            folder / "network", own=addresses.own, endpoint_url=settings.endpoint_url, registry=self._registry
        )
        self._targets = Targets(
            self._executor,
            time_factor=settings.time_factor,
            longest_drain_seconds=settings.longest_drain_seconds,
            way=self._connections.way,
        )
        self._agent = Agent(addresses.claim, roles=self._aws.pages)
        table = programs(settings.windlass_folder)

        def program(container: Container) -> Program:
            return program_of(container.image, table)

        factory = TaskFactory(
            settings,
            aws=self._aws,
            agent=self._agent,
            addresses=addresses,
            runtime=ContainerRuntime(
                registry=self._registry, executor=self._executor, program=program, time_factor=settings.time_factor
            ),
            trusted_certificates=self._certificates.bundle_path,
            roots=self._certificates.roots(settings.region),
            connections=self._connections,
        )
        self._workload = Workload(
            aws=self._aws,
            factory=factory,
            targets=self._targets,
            program=program,
            deliver_logs=LogDelivery(self._aws, self._executor).deliver,
            time_factor=settings.time_factor,
        )
        self._proxied: ProxyInputs | None = None
        self._ports = ListeningPorts()
        self._stores_have_run = False
        self._state_file = StateFile(folder)

    def request_stop(self) -> None:
        """End the loop soon."""
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        """Work until `request_stop`; then end everything that was started."""
        leftovers = self._registry.end_leftovers() + namespaces.kill_all(self._settings.tasks_folder)
        if leftovers:
            logger.warning("ended %d processes that an earlier run had left", leftovers)
        self._connections.start()
        self._watcher.start()
        try:
            while not self._stopping:
                self._step(time.monotonic())
                quiet = time.monotonic() - self._state_file.changed_at > QUIET_AFTER_SECONDS
                self._wake.wait(QUIET_TICK_SECONDS if quiet else TICK_SECONDS)
                self._wake.clear()
        finally:
            self._end()

    def _step(self, now: float) -> None:
        desired_state = self._watcher.desired_state
        if desired_state is not None:
            self._stores.advance(desired_state, now)
            # On AWS the database runs long before the first task; without it tasks would only wait.
            self._stores_have_run = self._stores_have_run or self._stores.is_reconciled(desired_state)
            self._judge(desired_state)
            if self._stores_have_run:
                self._workload.advance(desired_state, self._stores.names(desired_state), now)
                self._judge(desired_state)  # before the tasks that were created open connections
            self._targets.advance(now)
            self._run_proxy(desired_state, now)
            targets = self._targets.observed(desired_state.target_groups)
            self._watcher.offer({**self._workload.observed(), "targets": targets})
        self._write_state(desired_state)

    def _judge(self, desired_state: DesiredState) -> None:
        if self._connections.has_ended:
            # Their filters ask nobody any more, so that they cannot open a connection.
            self._workload.stop_all("The judge of connections has ended", at_most_seconds=STOP_SECONDS)
            self._connections.restart()
        self._connections.update(desired_state, stores=self._stores.addresses, tasks=self._workload.tasks)

    def _run_proxy(self, desired_state: DesiredState, now: float) -> None:
        # If two load balancers listen on the same port, the first one has it.
        by_port = {each.port: each for each in reversed(desired_state.listeners)}
        inputs = ProxyInputs(
            folder=self._proxy.files_folder,
            listeners=tuple(by_port.values()),
            target_groups=desired_state.target_groups,
            endpoints=self._targets.endpoints(),
            certificates={
                each.arn: self._certificates.for_names(f"listener-{each.port}", _host_names(each))
                for each in by_port.values()
                if each.is_https
            },
        )
        if inputs != self._proxied:
            self._proxy.apply(inputs)
            self._proxied = inputs
        self._proxy.keep_running(now)
        if self._ports.advance(by_port, pid=self._proxy.pid, now=now):
            self._proxy.listen_again()

    def _write_state(self, desired_state: DesiredState | None) -> None:
        """What `DataPlane.status` reads."""
        state: dict[str, Any] = STARTING
        if desired_state is not None:
            state = state_of(desired_state, stores=self._stores, workload=self._workload, ports=self._ports)
        if self._watcher.problem:
            state = {**state, "ready": False, "problems": [self._watcher.problem, *state["problems"]]}
        self._state_file.write(state)

    def _end(self) -> None:
        self._watcher.stop()
        # First, because servers wait for the connections that the proxy keeps open.
        self._proxy.stop()
        self._workload.stop_all("The data plane was stopped", at_most_seconds=STOP_SECONDS)
        tasks = self._workload.tasks
        deadline = time.monotonic() + STOP_SECONDS + 2
        while any(task.status != "STOPPED" for task in tasks) and time.monotonic() < deadline:
            for task in tasks:
                task.advance(time.monotonic())
            time.sleep(0.02)
        self._connections.stop()
        self._agent.stop()
        self._stores.stop()
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._registry.end_leftovers()
        namespaces.kill_all(self._settings.tasks_folder)
        self._state_file.remove()


def _host_names(listener: Listener) -> list[str]:
    """Names that a certificate for this listener must include."""
    names = list(listener.certificate_names)
    for rule in listener.rules:
        for condition in rule["Conditions"]:
            if condition["Field"] == "host-header":
                names += (condition.get("HostHeaderConfig") or {}).get("Values") or condition.get("Values") or []
    return [name for name in dict.fromkeys(names) if "?" not in name and "*" not in name.removeprefix("*.")]
