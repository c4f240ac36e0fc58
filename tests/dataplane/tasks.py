"""Tasks of any containers, without an account."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from local.dataplane.containers.container import ContainerRuntime
from local.dataplane.containers.container_spec import TaskContext
from local.dataplane.containers.hosts_file import HostsFile
from local.dataplane.containers.images import Program
from local.dataplane.desired_state.task_definition import task_definition_from
from local.dataplane.ecs.task import Task
from local.dataplane.process_registry import ProcessRegistry
from local.network.rules import Member
from tests.support.waiting import wait_for

PROJECT = Path(__file__).resolve().parents[2]
ADDRESS = "127.99.9.9"
HOST_NAME = "ip-127-99-9-9.test"
SLEEP = ["sleep", "60"]
PROGRAM = Program(command=("true",), user="somebody", user_id=1234, group_id=1234, home="/home/somebody")


def shell(script: str) -> list[str]:
    return ["sh", "-c", script]


class Tasks:
    """Starts tasks whose image is any program of this machine, and ends them."""

    def __init__(self, folder: Path, *, task_type: type[Task] = Task) -> None:
        self.folder = folder
        self._task_type = task_type
        self.program = PROGRAM
        self.with_roots_of_here: Callable[[str], str] = lambda text: text
        (folder / "trusted.pem").touch()
        self.names = HostsFile(folder / "hosts", address=ADDRESS, host_name=HOST_NAME)
        self._started: list[Task] = []
        self._runtime = ContainerRuntime(
            registry=ProcessRegistry(folder / "processes.json"),
            executor=ThreadPoolExecutor(4),
            program=lambda _container: self.program,
            time_factor=0.05,
        )

    def __call__(
        self,
        *containers: dict[str, Any],
        task_id: str = "1",
        address: str = ADDRESS,
        judged: Mapping[str, object] | None = None,
        network: Member | None = None,
    ) -> Task:
        defined = [{"image": "any", "essential": True, **each} for each in containers]
        definition = task_definition_from({"taskDefinitionArn": "a", "family": "f", "containerDefinitions": defined})
        context = TaskContext(
            folder=self.folder if task_id == "1" else self.folder / task_id,
            windlass_folder=PROJECT,
            address=address,
            host_name=HOST_NAME,
            hosts=self.names,
            judged=judged or {},
            trusted_certificates=self.folder / "trusted.pem",
            aws={},
            read_secret=lambda _name: "secret",
            with_roots_of_here=self.with_roots_of_here,
        )
        task = self._task_type(
            arn=f"arn:aws:ecs:eu-west-1:123456789012:task/c/{task_id}",
            cluster_arn="arn:aws:ecs:eu-west-1:123456789012:cluster/c",
            definition=definition,
            group="service:s",
            started_by="s",
            context=context,
            runtime=self._runtime,
            network=network,
            now=time.monotonic(),
        )
        self._started.append(task)
        return task

    def end(self) -> None:
        for task in self._started:
            task.stop("test ends", "UserInitiated", at_most_seconds=0)
            wait_for("the end", lambda task=task: advanced(task).status == "STOPPED")
        self._runtime.executor.shutdown()


def advanced(task: Task) -> Task:
    task.advance(time.monotonic())
    return task


def log_of(task: Task, container: str = "main") -> str:
    path = task.containers[container].log_path
    return path.read_text() if path.exists() else ""


def output_of(task: Task, container: str = "main") -> str:
    """What it printed, once the task has ended."""
    wait_for("the end", lambda: advanced(task).status == "STOPPED")
    return log_of(task, container)
