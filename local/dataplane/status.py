"""What the data plane runs right now, as `DataPlane.status` returns it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from local.dataplane.desired_state.changes import Changes

MAX_NAMED = 3
"""A progress line names at most this many services."""
MAX_REASON_CHARACTERS = 140
"""Of each of them; `local status` has the whole reason."""

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


def waiting_for(status: DataPlaneStatus, unread: frozenset[str]) -> str:
    """Reasons why a data plane is not steady yet, on one line."""
    if unread:
        return f"it has not read what changed in the embedded AWS ({', '.join(sorted(unread))})"
    if not status.ready:
        return " ".join(status.problems) or "the proxy or a data store"
    shown = [shorten(each.summary, MAX_REASON_CHARACTERS) for each in status.unsteady[:MAX_NAMED]]
    more = len(status.unsteady) - len(shown)
    return "; ".join([*shown, *([f"and {more} more"] if more else [])])


def shorten(text: str, characters: int) -> str:
    """The beginning of a text."""
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"


def explanation(heading: str, status: DataPlaneStatus) -> str:
    """Everything that is wrong, and the next step for each service."""
    lines = [heading, *(f"  {problem}" for problem in status.problems)]
    for each in status.unsteady:
        lines.append(f"  {each.summary}")
        if each.next_step:
            lines.append(f"    next: {each.next_step}")
    return "\n".join(lines)
