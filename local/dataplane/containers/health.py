"""Health checks beside the loop: a check starts when it is due, and its result is counted when it arrives."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

FIRST_INTERVAL_SECONDS = 0.5
"""Interval of the checks until the first one passes, so that a start is noticed soon."""
MIN_INTERVAL_SECONDS = 0.5
PAUSE_FACTOR = 100
"""After a check that passes, the pause is at least this many times its duration: no check takes more than a hundredth
of a processor."""
DOUBT_PAUSE_FACTOR = 30
"""The same after a check that fails: a hanging container is noticed soon, and a busy machine is not overloaded."""

Check = Callable[[], str]
"""Returns what is wrong; empty when it passes. Never raises."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often to check, and how many equal results in a row change the verdict."""

    interval_seconds: float
    slow_seconds: float = 0.0
    """Upper limit of the pause after a slow check; usually the interval before the time factor."""
    healthy_threshold: int
    unhealthy_threshold: int
    start_period_seconds: float = 0.0
    """Failures during this time do not count, unless a check has passed."""


class Checker:
    """The health of one container or target. As in ECS and ALB, the first check that passes makes it healthy."""

    def __init__(self, check: Check, pace: Pace, executor: ThreadPoolExecutor, now: float) -> None:
        self.healthy: bool | None = None
        """`None` until the first verdict."""
        self.problem = ""
        """What the last failed check returned."""
        self._check, self._pace, self._executor = check, pace, executor
        self._created_at = self._due_at = self._started_at = now
        self._running: Future[str] | None = None
        self._passed = self._failed = 0

    def advance(self, now: float) -> None:
        """Start a check that is due, or count the result of one that has ended; never blocks."""
        if self._running is None:
            if now >= self._due_at:
                self._running, self._started_at = self._executor.submit(self._check), now
            return
        if not self._running.done():
            return
        problem = self._running.result()
        self._running = None
        self._count(problem, now)
        duration = now - self._started_at
        interval = max(MIN_INTERVAL_SECONDS, self._pace.interval_seconds)
        if self.healthy:
            factor = DOUBT_PAUSE_FACTOR if self._failed else PAUSE_FACTOR
            interval = max(interval, min(factor * duration, self._pace.slow_seconds))
        elif self.healthy is None:
            interval = min(interval, max(FIRST_INTERVAL_SECONDS, duration))
        self._due_at = now + interval

    def _count(self, problem: str, now: float) -> None:
        if not problem:
            self._passed, self._failed = self._passed + 1, 0
            if self.healthy is None or self._passed >= self._pace.healthy_threshold:
                self.healthy, self.problem = True, ""
            return
        self.problem = problem
        if self.healthy is None and now - self._created_at < self._pace.start_period_seconds:
            return
        self._passed, self._failed = 0, self._failed + 1
        if self._failed >= self._pace.unhealthy_threshold:
            self.healthy = False


def command_check(
    command: Callable[[], Sequence[str]],
    *,
    environment: Mapping[str, str],
    timeout_seconds: float,
    descriptors: Sequence[int] = (),
) -> Check:
    """The check of a container: a command that exits with 0 when the container is healthy.

    Args:
        command: returns the command line, including what enters the container; called for each check.
        environment: the variables of the container.
        timeout_seconds: a check that takes longer is killed and fails.
        descriptors: what the command inherits. Default: nothing.
    """

    def check() -> str:
        try:
            process = subprocess.Popen(
                list(command()),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=descriptors,
            )
        except OSError as error:
            return str(error)
        try:
            output, _ = process.communicate(timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return f"the check did not end within {timeout_seconds:g} s"
        if process.returncode == 0:
            return ""
        return output.decode(errors="replace").strip()[-200:] or f"exit code {process.returncode}"

    return check


def http_check(endpoint: Callable[[], tuple[str, int]], *, path: str, expected: str, timeout_seconds: float) -> Check:
    """The check of a target group: GET from the target; `expected` is the matcher, such as `200,301-399`."""

    def check() -> str:
        connection = http.client.HTTPConnection(*endpoint(), timeout=timeout_seconds)
        try:
            connection.request("GET", path, headers={"User-Agent": "ELB-HealthChecker/2.0", "Connection": "close"})
            status = connection.getresponse().status
        except TimeoutError:
            return "Request timed out"
        except (OSError, http.client.HTTPException):
            return "Health checks failed"
        finally:
            connection.close()
        return "" if matches(status, expected) else f"Health checks failed with these codes: [{status}]"

    return check


def matches(status: int, expected: str) -> bool:
    """Whether a matcher of single codes and ranges includes a status."""
    ranges = re.findall(r"(\d+)(?:-(\d+))?", expected)
    return any(int(first) <= status <= int(last or first) for first, last in ranges)
