"""A process that outlives the command that started it: found again by a pid file, ended by nobody else's command."""

import contextlib
import fcntl
import json
import os
import secrets
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from local import processes
from workspace import WINDLASS_FOLDER

LOG_LINES_IN_ERRORS = 15


class BackgroundProcessError(RuntimeError):
    """A process in the background cannot do what was asked; a sentence for people, then log lines where they help."""


@dataclass(frozen=True, kw_only=True)
class ProcessRecord:
    """What the pid file says about the process that was started."""

    pid: int
    instance: str
    """A random word in the process's command line, since another process may be given the same id later."""
    started_at: str
    """UTC, ISO 8601."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What whoever started it wants to remember."""


class BackgroundProcess:
    """The one process of a folder.

    Args:
        name: what it is, with a capital, for sentences about it.
        folder: where the pid file, the lock and the log are; `lock` needs it to exist.
        log_path: where the process writes its output.
        stop_timeout_seconds: how long it may take to end after SIGTERM, and again after SIGKILL.
        error: what is raised where something goes wrong.
    """

    def __init__(
        self,
        *,
        name: str,
        folder: Path,
        log_path: Path,
        stop_timeout_seconds: float,
        error: type[BackgroundProcessError],
    ) -> None:
        self._name, self._folder, self._log_path = name, folder, log_path
        self._stop_timeout_seconds, self._error = stop_timeout_seconds, error
        self._pid_path = folder / "process.json"

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """One start or stop at a time, also between processes."""
        with (self._folder / "lock").open("w") as lock_file:
            fcntl.flock(lock_file, fcntl.LOCK_EX)
            yield

    def find_running(self) -> ProcessRecord | None:
        """The record of the pid file, if its process lives and is the one that was started then."""
        try:
            record = ProcessRecord(**json.loads(self._pid_path.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return record if record.instance in processes.command_line(record.pid) else None

    def was_killed(self) -> bool:
        """Whether the process was started, and ended without being stopped."""
        return self._pid_path.exists() and self.find_running() is None

    def launch(
        self, command: Sequence[str], *, details: Mapping[str, str] | None = None, append: bool = False
    ) -> ProcessRecord:
        """Start it in Windlass's own folder, with `--instance WORD` behind the command.

        Args:
            command: program and arguments.
            details: kept in the record.
            append: keep what the log holds from the times before.
        """
        instance = secrets.token_hex(8)
        # Without byte code each start would compile large libraries again, longer than everything else together.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        with self._log_path.open("a" if append else "w") as log:
            pid = processes.spawn_detached(
                [*command, "--instance", instance], folder=WINDLASS_FOLDER, environment=environment, log=log
            )
        record = ProcessRecord(
            pid=pid,
            instance=instance,
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            details=details or {},
        )
        self._pid_path.write_text(json.dumps(asdict(record)))
        return record

    def raise_if_ended(self, record: ProcessRecord) -> None:
        """Say so where the process has ended.

        Raises:
            BackgroundProcessError: it has; with the last lines of its log.
        """
        if processes.has_ended(record.pid):
            self.remove_record()
            raise self._error(f"{self._name} ended while starting.\n{self.last_log_lines()}")

    def terminate(self, record: ProcessRecord) -> None:
        """SIGTERM, and SIGKILL where that does not help.

        Raises:
            BackgroundProcessError: it lives on.
        """
        for ending in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(record.pid, ending)
            deadline = time.monotonic() + self._stop_timeout_seconds
            while time.monotonic() < deadline:
                if processes.has_ended(record.pid):
                    return
                time.sleep(0.02)
        raise self._error(f"{self._name} (process {record.pid}) does not end.")

    def remove_record(self) -> None:
        """Take the pid file away."""
        self._pid_path.unlink(missing_ok=True)

    def last_log_lines(self) -> str:
        """The end of the log, for an error."""
        try:
            lines = self._log_path.read_text(errors="replace").splitlines()
        except OSError:
            lines = []
        shown = "\n".join(lines[-LOG_LINES_IN_ERRORS:])
        return f"Last lines of {self._log_path}:\n{shown}" if shown else f"{self._log_path} is empty."
