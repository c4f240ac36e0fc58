"""Checks that run beside the loop: a check is started when it is due, and its result is counted when it is there."""

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
"""Pace of the checks until the first one passes, so that a start is noticed soon."""
MIN_INTERVAL_SECONDS = 0.5
REST = 30
"""A check rests for so many times what it took, so that a fast clock does not fill the processors with checks."""

Check = Callable[[], str]
"""Answers what is wrong; empty where nothing is. Never raises."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often to check, and how many results in a row mean a change."""

    interval_seconds: float
    slow_seconds: float = 0.0
    """Upper limit of the rest after a slow check, as a rule the interval before it was made shorter."""
    healthy_threshold: int
    unhealthy_threshold: int
    start_period_seconds: float = 0.0
    """Failures do not count for so long, unless a check has passed."""


class Checker:
    """The health of one thing. As with ECS and ALB, the first check that passes makes it healthy."""

    def __init__(self, check: Check, pace: Pace, executor: ThreadPoolExecutor, now: float) -> None:
        self.healthy: bool | None = None
        """`None` until the first verdict."""
        self.problem = ""
        """What the last failed check said."""
        self._check, self._pace, self._executor = check, pace, executor
        self._began = self._due = self._started = now
        self._running: Future[str] | None = None
        self._passed = self._failed = 0

    def advance(self, now: float) -> None:
        """Start a check where one is due, count its result where it has ended; never waits."""
        if self._running is None:
            if now >= self._due:
                self._running, self._started = self._executor.submit(self._check), now
            return
        if not self._running.done():
            return
        problem = self._running.result()
        self._running = None
        self._count(problem, now)
        took = now - self._started
        interval = max(MIN_INTERVAL_SECONDS, self._pace.interval_seconds)
        if self.healthy:
            interval = max(interval, min(REST * took, self._pace.slow_seconds))
        elif self.healthy is None:
            interval = min(interval, max(FIRST_INTERVAL_SECONDS, took))
        self._due = now + interval

    def _count(self, problem: str, now: float) -> None:
        if not problem:
            self._passed, self._failed = self._passed + 1, 0
            if self.healthy is None or self._passed >= self._pace.healthy_threshold:
                self.healthy, self.problem = True, ""
            return
        self.problem = problem
        if self.healthy is None and now - self._began < self._pace.start_period_seconds:
            return
        self._passed, self._failed = 0, self._failed + 1
        if self._failed >= self._pace.unhealthy_threshold:
            self.healthy = False


def command_check(
    command: Callable[[], Sequence[str]], *, environment: Mapping[str, str], timeout_seconds: float
) -> Check:
    """The check of a container: a command that ends with 0 where all is well.

    Args:
        command: its words, with what brings it into the container; called for each check.
        environment: the container's.
        timeout_seconds: a check that takes longer is ended, and has failed.
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
            )
        except OSError as error:
            return str(error)
        try:
            output, _ = process.communicate(timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return f"no end after {timeout_seconds:g} s"
        if process.returncode == 0:
            return ""
        return output.decode(errors="replace").strip()[-200:] or f"exit code {process.returncode}"

    return check


def http_check(*, address: str, port: int, path: str, expected: str, timeout_seconds: float) -> Check:
    """The check of a target group: GET from the target; `expected` is its matcher, such as `200,301-399`."""

    def check() -> str:
        connection = http.client.HTTPConnection(address, port, timeout=timeout_seconds)
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
    """Whether a status is in a matcher of single codes and ranges."""
    ranges = re.findall(r"(\d+)(?:-(\d+))?", expected)
    return any(int(first) <= status <= int(last or first) for first, last in ranges)
