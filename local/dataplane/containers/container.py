"""A container as a process."""

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from local.dataplane.containers.container_spec import TaskContext, environment_of, namespace_spec_of
from local.dataplane.containers.health import Checker, Pace, command_check
from local.dataplane.containers.images import Program
from local.dataplane.containers.namespaces import NamespaceSpec, kill_all
from local.dataplane.desired_state.aws_client import MissingSecretError
from local.dataplane.desired_state.task_definition import Container
from local.dataplane.process_registry import ProcessRegistry, signal_group


@dataclass(frozen=True, kw_only=True)
class ContainerRuntime:
    """What every container needs of the supervisor."""

    registry: ProcessRegistry
    executor: ThreadPoolExecutor
    program: Callable[[Container], Program]
    time_factor: float
    """Intervals of checks and restarts are multiplied by it; time-outs and start periods are not."""


class ContainerProcess:
    """One container of one task: PENDING, RUNNING, STOPPED. `advance` never waits."""

    def __init__(self, container: Container, context: TaskContext, tools: ContainerRuntime) -> None:
        self.container = container
        self.status = "PENDING"
        self.exit_code: int | None = None
        self.reason = ""
        """Why it never started."""
        self.restarts = 0
        """How often the container's restart policy started it again."""
        self.began = 0.0
        self._context, self._tools = context, tools
        self._box: NamespaceSpec | None = None
        self._process: Popen[bytes] | None = None
        self._checker: Checker | None = None
        self._kill_at: float | None = None

    @property
    def pid(self) -> int | None:
        """Of the process while it runs."""
        return self._process.pid if self._process is not None and self.status == "RUNNING" else None

    @property
    def health(self) -> str:
        """HEALTHY, UNHEALTHY or UNKNOWN, as DescribeTasks has it."""
        if self._checker is None or self._checker.healthy is None or self.status != "RUNNING":
            return "UNKNOWN"
        return "HEALTHY" if self._checker.healthy else "UNHEALTHY"

    @property
    def health_problem(self) -> str:
        """What the last failed check said."""
        return self._checker.problem if self._checker is not None else ""

    @property
    def log_path(self) -> Path:
        """Where its output goes."""
        return self._context.folder / f"{self.container.name}.log"

    def start(self, now: float) -> None:
        """Start the process; one that cannot be started is STOPPED, with a reason."""
        container = self.container
        try:
            program = self._tools.program(container)
            environment = environment_of(container, program, self._context)
            self._box = box = namespace_spec_of(container, program, self._context)
            words = (*(container.entry_point or program.entry_point), *(container.command or _own(container, program)))
            if not words:
                raise FileNotFoundError("neither the task definition nor the image says what to run")
            with self.log_path.open("ab") as log:
                process = self._tools.registry.start(
                    box.command(words), folder=box.folder, environment=environment, log=log
                )
        except MissingSecretError as error:
            self._never(f"ResourceInitializationError: unable to pull secrets: {error}")
            return
        except LookupError as error:
            self._never(f"CannotPullContainerError: {error}")
            return
        except OSError as error:
            self._never(f"CannotStartContainerError: {error}")
            return
        self._process, self.status, self.began = process, "RUNNING", now
        self._checker = None
        check = container.health_check
        if check is not None and check.command[0] != "NONE":
            words = ("/bin/sh", "-c", check.command[1]) if check.command[0] == "CMD-SHELL" else check.command[1:]
            self._checker = Checker(
                command_check(
                    lambda: box.command_inside(process.pid, words),
                    environment=environment,
                    timeout_seconds=check.timeout_seconds,
                ),
                Pace(
                    interval_seconds=check.interval_seconds * self._tools.time_factor,
                    slow_seconds=check.interval_seconds,
                    healthy_threshold=1,
                    unhealthy_threshold=check.retries,
                    start_period_seconds=check.start_period_seconds,
                ),
                self._tools.executor,
                now,
            )

    def advance(self, now: float) -> None:
        """Notice its end, go on with its checks, kill it where it does not stop."""
        if self._process is None or self.status != "RUNNING":
            return
        code = self._process.poll()
        if code is not None:
            self._end(code, now)
        elif self._kill_at is not None and now >= self._kill_at:
            signal_group(self._process, signal.SIGKILL)
        elif self._checker is not None and self._kill_at is None:
            self._checker.advance(now)

    def _end(self, code: int, now: float) -> None:
        assert self._process is not None and self._box is not None
        # The end of the main process is the end of the container, whatever it has started.
        self._tools.registry.ended(self._process)
        kill_all(self._box.folder)
        # A signal's number is negative here; a container's exit code for it is 128 more.
        self.exit_code = code if code >= 0 else 128 - code
        self.status = "STOPPED"
        if self._box.failure:
            self._never(f"CannotStartContainerError: {self._box.failure}")
        elif self._kill_at is None and self._may_restart(now):
            self.restarts += 1
            self.start(now)

    def _may_restart(self, now: float) -> bool:
        policy = self.container.restart
        return (
            policy is not None
            and self.exit_code not in policy.ignored_exit_codes
            and now - self.began >= policy.attempt_period_seconds * self._tools.time_factor
        )

    def stop(self, now: float, *, at_most_seconds: float | None = None) -> None:
        """SIGTERM now, SIGKILL after the container's `stopTimeout`; a second call changes nothing."""
        if self.status == "PENDING":
            self.status = "STOPPED"
        if self._process is None or self.status != "RUNNING" or self._kill_at is not None:
            return
        timeout = self.container.stop_timeout_seconds
        self._kill_at = now + (timeout if at_most_seconds is None else min(timeout, at_most_seconds))
        signal_group(self._process, signal.SIGTERM)

    def _never(self, reason: str) -> None:
        self.status, self.reason = "STOPPED", reason
        with self.log_path.open("a") as log:
            log.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {reason}\n")


def _own(container: Container, program: Program) -> tuple[str, ...]:
    """The image's command, which an entry point of the task definition takes away, as in Docker."""
    return () if container.entry_point else program.command
