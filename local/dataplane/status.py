"""What the data plane runs right now, as `DataPlane.status` returns it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from local.dataplane.desired_state.changes import Changes

MAX_CHARACTERS = 100
"""What a progress line says of services; `local status` has each with its whole reason."""

DeploymentState = Literal["completed", "in progress", "failed"]


@dataclass(frozen=True, kw_only=True)
class ServiceStatus:
    """One ECS service of the desired state, also one that does not run."""

    name: str
    desired: int
    """Tasks that the service should run."""
    running: int
    healthy: int
    """Running tasks of the newest deployment that pass every check."""
    pending: int
    deployment: DeploymentState
    """Of the newest deployment. One that `failed` does not recover without a change."""
    steady: bool
    """Whether all desired tasks are healthy and no other task of the service is left."""
    problem: str
    """Why the service is not steady, in the words of the failing check or the log; empty when it is."""
    next_step: str
    """What a person can do about it; empty where waiting is enough."""
    logs: tuple[Path, ...]
    """Output of its containers."""

    @property
    def summary(self) -> str:
        """One line, such as `shop-blue: 1 of 1 running, unhealthy: container web: connection refused`."""
        counts = f"{self.name}: {self.running} of {self.desired} running"
        return f"{counts}, {self.problem}" if self.problem else counts


@dataclass(frozen=True, kw_only=True)
class DataPlaneStatus:
    """The process, its services and its data stores."""

    running: bool
    """Whether the process is alive."""
    ready: bool
    """Whether the proxy listens and the data stores run; tasks may still be starting."""
    pid: int | None
    """Process id; `None` when it is not running."""
    ports: tuple[int, ...]
    """Ports of the listeners that the proxy listens on, on 127.0.0.1."""
    services: tuple[ServiceStatus, ...]
    """Every service of the desired state."""
    stores: tuple[Mapping[str, Any], ...]
    """Databases and caches: `kind`, `identifier`, `names`, `address`, `port`, `running`, `pids`, `problem`."""
    problems: tuple[str, ...]
    """What is wrong with the data stores and the connection to the embedded AWS, in sentences."""
    changes: Changes
    """Which changes of the embedded AWS this status takes into account."""
    authority_path: Path
    """The certificate authority to trust: `curl --cacert`."""
    log_path: Path
    """Where the process writes its output."""

    @property
    def unsteady(self) -> tuple[ServiceStatus, ...]:
        """Services that do not run as desired."""
        return tuple(each for each in self.services if not each.steady)


def waiting_for(status: DataPlaneStatus, unread: frozenset[str], *, prefix: str = "") -> str:
    """What follows `waiting for` in a progress line.

    Args:
        status: of a data plane that is not steady yet.
        unread: what the embedded AWS has changed since.
        prefix: left out of the names of services. Default: none.
    """
    if unread:
        return f"the data plane to read what changed in the embedded AWS ({', '.join(sorted(unread))})"
    if not status.ready:
        return " ".join(status.problems) or "the proxy or a data store"
    services = [(each.name.removeprefix(prefix), each.problem or "starting") for each in status.unsteady]
    whole = ", ".join(f"{name} ({reason})" for name, reason in services)
    if len(whole) <= MAX_CHARACTERS:
        return whole
    return _as_many_as_fit([f"{name} ({reason.partition(':')[0]})" for name, reason in services])


def _as_many_as_fit(services: Sequence[str]) -> str:
    """At least one of them, and how many more there are."""
    for count in range(len(services), 0, -1):
        more = len(services) - count
        line = ", ".join(services[:count]) + (f" and {more} more" if more else "")
        if len(line) <= MAX_CHARACTERS or count == 1:
            return line
    return ""


def explanation(heading: str, status: DataPlaneStatus) -> str:
    """Everything that is wrong, and the next step for each service."""
    lines = [heading, *(f"  {problem}" for problem in status.problems)]
    for each in status.unsteady:
        lines.append(f"  {each.summary}")
        if each.next_step:
            lines.append(f"    next: {each.next_step}")
    return "\n".join(lines)
