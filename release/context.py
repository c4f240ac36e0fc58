"""What every release command works with: the environment, the person, the service, and how fast to poll."""

import time
from collections.abc import Callable
from dataclasses import dataclass

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

    def context(self, service: str, *, cluster_name: str) -> "Context":
        """Return the same for one service."""
        return Context(
            environment=self.environment,
            aws=self.aws,
            author=self.author,
            reporter=self.reporter,
            pace=self.pace,
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
    def arguments(self) -> str:
        """`ENV SERVICE`, as commands take them."""
        return f"{self.environment} {self.service}"
