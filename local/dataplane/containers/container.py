"""One container, as a process in namespaces."""

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
from local.dataplane.desired_state.execution_role import MissingSecretError
from local.dataplane.desired_state.pages import UntrustedRoleError
from local.dataplane.desired_state.task_definition import Container
from local.dataplane.process_registry import ProcessRegistry, signal_group


@dataclass(frozen=True, kw_only=True)
class ContainerRuntime:
    """What all containers share."""

    registry: ProcessRegistry
    executor: ThreadPoolExecutor
    program: Callable[[Container], Program]
    """The program that runs in place of a container's image; raises UnknownImageError."""
    time_factor: float
    """Intervals of checks and restarts are multiplied by it; timeouts and start periods are not."""


class ContainerProcess:
    """One container of one task: PENDING, RUNNING, STOPPED. `advance` never blocks."""

    def __init__(self, container: Container, context: TaskContext, runtime: ContainerRuntime) -> None:
        self.container = container
        self.status = "PENDING"
        self.exit_code: int | None = None
        self.reason = ""
        """Why it never started, in the words of ECS."""
        self.restarts = 0
        """How often the restart policy started the container again."""
        self._started_at = 0.0
        self._context, self._runtime = context, runtime
        self._namespaces: NamespaceSpec | None = None
        self._process: Popen[bytes] | None = None
        self._checker: Checker | None = None
        self._kill_at: float | None = None

    @property
    def pid(self) -> int | None:
        """Process id while the container runs."""
        return self._process.pid if self._process is not None and self.status == "RUNNING" else None

    @property
    def health(self) -> str:
        """HEALTHY, UNHEALTHY or UNKNOWN, as in DescribeTasks."""
        if self._checker is None or self._checker.healthy is None or self.status != "RUNNING":
            return "UNKNOWN"
        return "HEALTHY" if self._checker.healthy else "UNHEALTHY"

    @property
    def health_problem(self) -> str:
        """What the last failed check returned."""
        return self._checker.problem if self._checker is not None else ""

    @property
    def log_path(self) -> Path:
        """File of its output."""
        return self._context.folder / f"{self.container.name}.log"

    def start(self, now: float) -> None:
        """Start the process; a container that cannot start is STOPPED, with a reason."""
        container = self.container
        try:
            program = self._runtime.program(container)
            environment = environment_of(container, program, self._context)
            self._namespaces = namespaces = namespace_spec_of(container, program, self._context)
            words = (
                *(container.entry_point or program.entry_point),
                *(container.command or _image_command(container, program)),
            )
            if not words:
                raise FileNotFoundError("neither the task definition nor the image says what to run")
            with self.log_path.open("ab") as log:
                process = self._runtime.registry.start(
                    namespaces.command(words),
                    folder=namespaces.folder,
                    environment=environment,
                    log=log,
                    pass_fds=namespaces.descriptors,
                )
        except (UntrustedRoleError, MissingSecretError) as error:
            self._fail(str(error))
            return
        except LookupError as error:
            self._fail(f"CannotPullContainerError: {error}")
            return
        except OSError as error:
            self._fail(f"CannotStartContainerError: {error}")
            return
        self._process, self.status, self._started_at = process, "RUNNING", now
        self._checker = None
        check = container.health_check
        if check is not None and check.command[0] != "NONE":
            words = ("/bin/sh", "-c", check.command[1]) if check.command[0] == "CMD-SHELL" else check.command[1:]
            self._checker = Checker(
                command_check(
                    lambda: namespaces.command_inside(process.pid, words),
                    environment=environment,
                    descriptors=namespaces.descriptors,
                    timeout_seconds=check.timeout_seconds,
                ),
                Pace(
                    interval_seconds=check.interval_seconds * self._runtime.time_factor,
                    slow_seconds=check.interval_seconds,
                    healthy_threshold=1,
                    unhealthy_threshold=check.retries,
                    start_period_seconds=check.start_period_seconds,
                ),
                self._runtime.executor,
                now,
            )

    def advance(self, now: float) -> None:
        """Notice its end, continue its checks, kill it when it does not stop in time."""
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
        assert self._process is not None and self._namespaces is not None
        # A container ends with its main process, even if other processes still run.
        self._runtime.registry.ended(self._process)
        kill_all(self._namespaces.folder)
        # A signal's number is negative here; a container's exit code for it is 128 more.
        self.exit_code = code if code >= 0 else 128 - code
        self.status = "STOPPED"
        if self._namespaces.failure:
            self._fail(f"CannotStartContainerError: {self._namespaces.failure}")
        elif self._kill_at is None and self._may_restart(now):
            self.restarts += 1
            self.start(now)

    def _may_restart(self, now: float) -> bool:
        policy = self.container.restart
        return (
            policy is not None
            and self.exit_code not in policy.ignored_exit_codes
            and now - self._started_at >= policy.attempt_period_seconds * self._runtime.time_factor
        )

    def stop(self, now: float, *, at_most_seconds: float | None = None) -> None:
        """Send SIGTERM now, SIGKILL after the container's `stopTimeout`; a second call changes nothing."""
        if self.status == "PENDING":
            self.status = "STOPPED"
        if self._process is None or self.status != "RUNNING" or self._kill_at is not None:
            return
        timeout = self.container.stop_timeout_seconds
        self._kill_at = now + (timeout if at_most_seconds is None else min(timeout, at_most_seconds))
        signal_group(self._process, signal.SIGTERM)

    def _fail(self, reason: str) -> None:
        self.status, self.reason = "STOPPED", reason
        with self.log_path.open("a") as log:
            log.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {reason}\n")


def _image_command(container: Container, program: Program) -> tuple[str, ...]:
    """The image's command; an entry point in the task definition removes it, as in Docker."""
    return () if container.entry_point else program.command
