"""What every release command works with: the environment, the person, the service, and how fast to poll."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from release.aws import Aws
from release.identity import Author
from release.reporter import Reporter


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often to poll while waiting; tests use a clock of their own."""

    poll_seconds: float = 5
    """Time between two reads of alarms, targets and tasks. Default: 5, which stays far below every rate limit."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, kw_only=True)
class Session:
    """One command of one person in one environment."""

    environment: str
    """Name of the environment, for messages."""

    aws: Aws
    author: Author
    reporter: Reporter
    pace: Pace = Pace()

    min_counts: Mapping[str, int] = field(default_factory=dict)
    """Minimum number of tasks of each web service, as the environment file says. Default: none is known, and scaling is
    left alone."""

    def context(self, service: str, *, cluster_name: str) -> "Context":
        """Return the same for one service."""
        return Context(
            environment=self.environment,
            aws=self.aws,
            author=self.author,
            reporter=self.reporter,
            pace=self.pace,
            min_counts=self.min_counts,
            service=service,
            cluster_name=cluster_name,
        )


@dataclass(frozen=True, kw_only=True)
class Context(Session):
    """One service in a session."""

    service: str
    """Name of the service, and of its container."""

    cluster_name: str
    """The ECS cluster."""

    @property
    def min_count(self) -> int | None:
        """Minimum number of tasks while it gets requests; None where it is not known."""
        return self.min_counts.get(self.service)

    @property
    def arguments(self) -> str:
        """`ENV SERVICE`, as commands take them."""
        return f"{self.environment} {self.service}"
