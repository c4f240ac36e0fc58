"""What became of the deployments that an apply began: ECS rolls one back whose tasks do not start, and says nothing.

Terraform ends when ECS has accepted a service. If the circuit breaker rolls it back afterwards, the service runs with
its former task definition, and the apply looks as if it had succeeded.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from release.aws import Aws
from release.ecs import active_services

POLL_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class RolledBack:
    """An ECS service that does not run what the apply gave it."""

    service_name: str
    reason: str
    """In the words of ECS."""


@dataclass(frozen=True, kw_only=True)
class Became:
    """What became of the deployments."""

    rolled_back: tuple[RolledBack, ...] = ()
    unfinished: tuple[str, ...] = ()
    """Names of services whose tasks are still being replaced."""


def wait_for_deployments(
    aws: Aws,
    cluster_name: str,
    applied: Mapping[str, str],
    *,
    seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Became:
    """Wait until every deployment is complete or was given up.

    Args:
        aws: the account.
        cluster_name: of the ECS cluster.
        applied: name of each ECS service → ARN of the task definition that the apply gave it. A service that does not
            exist, or wants no tasks, is complete.
        seconds: how long to wait at most.
        sleep: waits between two looks.
        clock: seconds that pass.
    """
    deadline = clock() + seconds
    rolled_back: dict[str, RolledBack] = {}
    open_ = dict(applied)
    while True:
        services = {each["serviceName"]: each for each in active_services(aws, cluster_name, open_)}
        for name, definition in list(open_.items()):
            service = services.get(name)
            reason = None if service is None else _why_rolled_back(service, definition)
            if reason is not None:
                rolled_back[name] = RolledBack(service_name=name, reason=reason)
            if service is None or reason is not None or _is_complete(service):
                del open_[name]
        if not open_ or clock() >= deadline:
            return Became(rolled_back=tuple(rolled_back.values()), unfinished=tuple(open_))
        sleep(POLL_SECONDS)


def _is_complete(service: Mapping[str, Any]) -> bool:
    return not service["desiredCount"] or _newest(service).get("rolloutState") == "COMPLETED"


def _why_rolled_back(service: Mapping[str, Any], definition: str) -> str | None:
    """The reason of ECS; None while the newest deployment has the task definition and is not given up."""
    if not service["desiredCount"]:
        return None
    newest = _newest(service)
    if _revision(newest.get("taskDefinition", "")) == _revision(definition) and newest.get("rolloutState") != "FAILED":
        return None
    # The one that failed is listed until its last task has stopped; then only the roll back tells.
    failed = [each for each in service["deployments"] if each.get("rolloutState") == "FAILED"]
    for deployment in (*failed, newest):
        if deployment.get("rolloutStateReason"):
            return str(deployment["rolloutStateReason"])
    return "ECS gives no reason"


def _revision(definition: str) -> str:
    """`family:revision` of a task definition, which some answers give as an ARN."""
    return definition.rpartition("/")[2]


def _newest(service: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((each for each in service.get("deployments", []) if each.get("status") == "PRIMARY"), {})
