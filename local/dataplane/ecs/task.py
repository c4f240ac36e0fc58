"""A task: containers that start in the order of their dependencies, and stop together."""

import time
import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from local.dataplane.containers.container import ContainerProcess, ContainerRuntime
from local.dataplane.containers.container_spec import TaskContext
from local.dataplane.desired_state.task_definition import TaskDefinition
from local.network.rules import Member


class Task:
    """Goes from PENDING through RUNNING and STOPPING to STOPPED; `advance` never blocks."""

    def __init__(
        self,
        *,
        arn: str,
        cluster_arn: str,
        definition: TaskDefinition,
        group: str,
        started_by: str,
        context: TaskContext,
        runtime: ContainerRuntime,
        now: float,
        network: Member | None = None,
    ) -> None:
        self.arn, self.cluster_arn, self.definition = arn, cluster_arn, definition
        self.group, self.started_by = group, started_by
        self.status = "PENDING"
        self.wanted = True
        """Whether it should run; `False` from the first call of `stop` on."""
        self.deactivating = False
        """Whether its service has deregistered it in order to stop it."""
        self.stopped_reason = ""
        self.stop_code = ""
        self.created_at = now
        """Seconds of a monotonic clock."""
        self.running_since: float | None = None
        self.address = context.address
        self.network = network
        """Its security groups and its subnet; `None` where the account does not describe them."""
        self.protected_until: float | None = None
        """Its service does not stop it before this time, in seconds since 1970."""
        self._context = context
        self._tags: dict[str, Any] = {"createdAt": time.time()}
        self._stop_timeout: float | None = None
        self._runtime = runtime
        self._preparation: Future[None] | None = None
        self.containers = {each.name: ContainerProcess(each, context, runtime) for each in definition.containers}

    @property
    def id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def health(self) -> str:
        """HEALTHY, UNHEALTHY or UNKNOWN, from all essential containers that have a check."""
        states = {
            each.health for each in self.containers.values() if each.container.health_check and each.container.essential
        }
        if "UNHEALTHY" in states:
            return "UNHEALTHY"
        return "HEALTHY" if states == {"HEALTHY"} else "UNKNOWN"

    @property
    def has_check(self) -> bool:
        """Whether any essential container has a check."""
        return any(each.container.health_check and each.container.essential for each in self.containers.values())

    @property
    def is_ready(self) -> bool:
        """It runs, and its own checks pass where it has any."""
        return self.wanted and self.status == "RUNNING" and (not self.has_check or self.health == "HEALTHY")

    def advance(self, now: float) -> None:
        """Take one step: notice containers that ended, start those that may start, stop those that must stop."""
        if self.status == "STOPPED":
            return
        for each in self.containers.values():
            each.advance(now)
        if self.wanted and self._is_prepared():
            self._start_containers(now)
            self._evaluate(now)
        if not self.wanted:
            self._stop_containers(now)

    def deactivate(self, reason: str) -> None:
        """Its service deregisters it, in order to stop it once it is drained."""
        self.deactivating, self.stopped_reason, self.stop_code = True, reason, "ServiceSchedulerInitiated"

    def stop(self, reason: str, code: str, *, at_most_seconds: float | None = None) -> None:
        """Start to stop it; the first reason is kept. After `at_most_seconds` its containers are killed."""
        if at_most_seconds is not None:
            self._stop_timeout = at_most_seconds
        if self.wanted:
            self.wanted, self.stopped_reason, self.stop_code = False, reason, code
            self._tags["stoppingAt"] = time.time()
            self.status = "STOPPING"

    def description(self) -> dict[str, Any]:
        """As in DescribeTasks."""
        containers = []
        for name, each in self.containers.items():
            document: dict[str, Any] = {
                "name": name,
                "image": each.container.image,
                "taskArn": self.arn,
                "containerArn": f"{self.arn.replace(':task/', ':container/')}/{name}",
                "lastStatus": each.status,
                "healthStatus": each.health,
                "networkInterfaces": [{"attachmentId": self.id, "privateIpv4Address": self.address}],
            }
            if each.pid is not None:
                document["runtimeId"] = f"{self.id}-{each.pid}"
            if each.exit_code is not None:
                document["exitCode"] = each.exit_code
            # Once a container has ended on its own, its exit code says more than its last health check.
            problem = each.health_problem if self.stop_code != "EssentialContainerExited" else ""
            if each.reason or problem:
                document["reason"] = each.reason or problem
            containers.append(document)
        task = {
            "taskArn": self.arn,
            "clusterArn": self.cluster_arn,
            "taskDefinitionArn": self.definition.arn,
            "group": self.group,
            "startedBy": self.started_by,
            "launchType": "FARGATE",
            "platformFamily": "Linux",
            "lastStatus": "DEACTIVATING" if self.deactivating and self.wanted else self.status,
            "desiredStatus": "RUNNING" if self.wanted and not self.deactivating else "STOPPED",
            "healthStatus": self.health,
            "cpu": self.definition.cpu,
            "memory": self.definition.memory,
            "containers": containers,
            "attachments": [self._network_interface()],
            **self._tags,
        }
        if self.protected_until is not None:
            task["protectedUntil"] = self.protected_until
        if self.stopped_reason:
            task.update(stoppedReason=self.stopped_reason, stopCode=self.stop_code)
        return task

    def is_protected(self, at: float | None = None) -> bool:
        """Whether its service must not stop it at a time in seconds since 1970; default: now."""
        return self.protected_until is not None and (time.time() if at is None else at) < self.protected_until

    def update_names(self, names: Mapping[str, tuple[str, ...]]) -> None:
        """Update what names mean to its containers, name → addresses."""
        self._context.hosts.update(names)

    def _network_interface(self) -> dict[str, Any]:
        details = {"privateIPv4Address": self.address, "privateDnsName": self._context.host_name}
        if self.network is not None and self.network.subnets:
            details["subnetId"] = self.network.subnets[0]
        return {
            "id": self.id,
            "type": "ElasticNetworkInterface",
            "status": "ATTACHED",
            "details": [{"name": name, "value": value} for name, value in details.items()],
        }

    def _is_prepared(self) -> bool:
        """Whether containers may start; a task that cannot be prepared stops."""
        if self._context.prepare is None:
            return True
        if self._preparation is None:
            self._preparation = self._runtime.executor.submit(self._context.prepare)
        if not self._preparation.done():
            return False
        try:
            self._preparation.result()
        except LookupError as error:
            self.stop(str(error), "TaskFailedToStart")
        except OSError as error:
            self.stop(f"ResourceInitializationError: {error}", "TaskFailedToStart")
        return self.wanted

    def _start_containers(self, now: float) -> None:
        for each in self.containers.values():
            if each.status == "PENDING" and all(
                _is_met(self.containers[name], condition) for name, condition in each.container.depends_on
            ):
                each.start(now)

    def _evaluate(self, now: float) -> None:
        """Decide whether the task runs, or stops because of one of its containers."""
        for each in self.containers.values():
            if each.status == "STOPPED" and each.reason and each.container.essential:
                self.stop(each.reason, "TaskFailedToStart")
            elif each.status == "STOPPED" and each.container.essential:
                self.stop("Essential container in task exited", "EssentialContainerExited")
            elif each.status == "PENDING" and _can_never_start(each, self.containers):
                self.stop(f"Dependency of container {each.container.name} was not met", "TaskFailedToStart")
        started = all(each.status != "PENDING" for each in self.containers.values() if each.container.essential)
        if self.wanted and self.status == "PENDING" and started:
            self.status, self.running_since = "RUNNING", now
            self._tags["startedAt"] = time.time()

    def _stop_containers(self, now: float) -> None:
        """Stop containers in the reverse order of their dependencies."""
        running = [each for each in self.containers.values() if each.status == "RUNNING"]
        needed = {name for each in running for name, _ in each.container.depends_on}
        for each in self.containers.values():
            if each.container.name not in needed or each.status == "PENDING" or self._stop_timeout is not None:
                each.stop(now, at_most_seconds=self._stop_timeout)
        if all(each.status == "STOPPED" for each in self.containers.values()):
            self.status = "STOPPED"
            self._tags["stoppedAt"] = time.time()


def new_task_arn(cluster_arn: str) -> str:
    """An ARN as ECS gives it."""
    return f"{cluster_arn.replace(':cluster/', ':task/')}/{uuid.uuid4().hex}"


def _is_met(other: ContainerProcess, condition: str) -> bool:
    if condition == "HEALTHY":
        return other.health == "HEALTHY"
    if condition == "START":
        return other.status != "PENDING"
    return other.status == "STOPPED" and (condition == "COMPLETE" or other.exit_code == 0)


def _can_never_start(container: ContainerProcess, others: dict[str, ContainerProcess]) -> bool:
    return any(
        others[name].status == "STOPPED" and not _is_met(others[name], condition)
        for name, condition in container.container.depends_on
    )
