"""A background process that outlives the command that started it, identified by a pid file and a random instance."""

import contextlib
import fcntl
import json
import os
import secrets
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from local import processes
from workspace import WINDLASS_FOLDER

LOG_LINES_IN_ERRORS = 15


class BackgroundProcessError(RuntimeError):
    """A background process cannot be started or stopped; `str()` is a message for people, with log lines if useful."""


@dataclass(frozen=True, kw_only=True)
class ProcessRecord:
    """Content of the pid file."""

    pid: int
    instance: str
    """A random word in the process's command line, since process ids are reused."""
    started_at: str
    """UTC, ISO 8601."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Values that the caller wants to keep."""


class BackgroundProcess:
    """The background process of a folder.

    Args:
        name: for messages, with a capital letter.
        folder: for the pid file, the lock and the log; must exist for `lock`.
        log_path: file for the output of the process.
        stop_timeout_seconds: time to end after SIGTERM, and again after SIGKILL.
        error: type of the exceptions raised.
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
        """Allow one start or stop at a time, across processes."""
        with (self._folder / "lock").open("w") as lock_file:
            fcntl.flock(lock_file, fcntl.LOCK_EX)
            yield

    def find_running(self) -> ProcessRecord | None:
        """The record of the pid file, if its process still runs and is the same one."""
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
        """Start the process in Windlass's own folder, with `--instance WORD` after the command.

        Args:
            command: program and arguments.
            details: stored in the record.
            append: keep earlier content of the log.
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
        """Check that the process still runs.

        Raises:
            BackgroundProcessError: it has ended; the message has the last lines of its log.
        """
        if processes.has_ended(record.pid):
            self.remove_record()
            raise self._error(f"{self._name} ended while starting.\n{self.last_log_lines()}")

    def terminate(self, record: ProcessRecord) -> None:
        """Send SIGTERM, and SIGKILL if that is not enough.

        Raises:
            BackgroundProcessError: it still runs.
        """
        for ending in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(record.pid, ending)
            if processes.wait_until_ended(record.pid, self._stop_timeout_seconds):
                return
        raise self._error(f"{self._name} (process {record.pid}) does not end.")

    def remove_record(self) -> None:
        """Delete the pid file."""
        self._pid_path.unlink(missing_ok=True)

    def last_log_lines(self) -> str:
        """The end of the log, for error messages."""
        try:
            lines = self._log_path.read_text(errors="replace").splitlines()
        except OSError:
            lines = []
        shown = "\n".join(lines[-LOG_LINES_IN_ERRORS:])
        return f"Last lines of {self._log_path}:\n{shown}" if shown else f"{self._log_path} is empty."
