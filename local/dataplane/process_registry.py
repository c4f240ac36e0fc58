"""A file with every process that the data plane started, so that all of them can be ended, even after a crash."""

import contextlib
import json
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from local import processes

_KILLED_SECONDS = 5.0
"""How long a killed process may take to end."""


class ProcessRegistry:
    """Starts processes, each as the leader of a session, and keeps their ids in a file.

    Args:
        path: the file; `end_leftovers` ends the processes that it names from an earlier run.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._started: dict[str, str] = self._read()

    def start(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        log: IO[bytes],
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        **identity: Any,
    ) -> "subprocess.Popen[bytes]":
        """Start a process with all output in the log, and by default with no input.

        Raises:
            OSError: the program does not exist or cannot be run.
        """
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=stdin,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **identity,
        )
        with self._lock:
            self._started[str(process.pid)] = processes.start_time(process.pid)
            self._write()
        return process

    def ended(self, process: "subprocess.Popen[bytes]") -> None:
        """Remove a process that has ended, and end the rest of its group, as the end of a container does."""
        _kill_group(process.pid)
        with self._lock:
            if self._started.pop(str(process.pid), None) is not None:
                self._write()

    def alive(self) -> list[int]:
        """Ids of the processes of an earlier run that still run."""
        with self._lock:
            started = dict(self._started)
        return [int(pid) for pid, start in started.items() if start and processes.start_time(int(pid)) == start]

    def end_leftovers(self) -> int:
        """End the processes of an earlier run; returns how many there were.

        A process that merely has the same id by now is left alone.
        """
        ended = 0
        with self._lock:
            for pid, start_time in list(self._started.items()):
                if start_time and processes.start_time(int(pid)) == start_time:
                    ended += 1
                    _kill_group(int(pid))
                    processes.wait_until_ended(int(pid), _KILLED_SECONDS)
                del self._started[pid]
            self._write()
        return ended

    def _read(self) -> dict[str, str]:
        try:
            started = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return dict(started) if isinstance(started, dict) else {}

    def _write(self) -> None:
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps(self._started))
        temporary.replace(self._path)


def signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Send SIGKILL to the whole process group, and any other signal to the process alone, as ECS does."""
    if number == signal.SIGKILL:
        _kill_group(process.pid)
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process.pid, number)


def end(process: "subprocess.Popen[bytes]", *, first: signal.Signals, seconds: float) -> None:
    """Send the `first` signal, wait, and send SIGKILL when the process is still alive after `seconds`."""
    if process.poll() is None:
        signal_group(process, first)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            signal_group(process, signal.SIGKILL)
            process.wait()


def _kill_group(pid: int) -> None:
    """End a process with all that it started in its group; does nothing when they have ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
