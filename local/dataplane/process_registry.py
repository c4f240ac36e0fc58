"""Every process the data plane starts, written down, so that all of them can be ended, even after a crash."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from local import processes


class ProcessRegistry:
    """Starts processes, each the leader of a session of its own, and keeps their ids in a file.

    Args:
        path: the file; what it names from an earlier run can be ended with `end_leftovers`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._entries: dict[str, str] = self._read()

    def start(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        log: IO[bytes],
        **identity: Any,
    ) -> "subprocess.Popen[bytes]":
        """Start a process with no input and all output in the log.

        Raises:
            OSError: the program does not exist or cannot be run.
        """
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **identity,
        )
        with self._lock:
            self._entries[str(process.pid)] = _birth(process.pid)
            self._write()
        return process

    def ended(self, process: "subprocess.Popen[bytes]") -> None:
        """The process has ended: end what is left of its group, as the end of a container would, and cross it out."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with self._lock:
            if self._entries.pop(str(process.pid), None) is not None:
                self._write()

    def end_leftovers(self) -> int:
        """End what an earlier run left behind; a process that only has the same id by now is left alone."""
        found = 0
        with self._lock:
            for pid, birth in list(self._entries.items()):
                if birth and _birth(int(pid)) == birth:
                    found += 1
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(int(pid), signal.SIGKILL)
                    _wait_until_gone(int(pid))
                del self._entries[pid]
            self._write()
        return found

    def _read(self) -> dict[str, str]:
        try:
            entries = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return dict(entries) if isinstance(entries, dict) else {}

    def _write(self) -> None:
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps(self._entries))
        temporary.replace(self._path)


def signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Send a signal to the process alone for SIGTERM, as ECS does, and to its whole group for SIGKILL."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            os.kill(process.pid, number)


def end(process: "subprocess.Popen[bytes]", *, first: signal.Signals, seconds: float) -> None:
    """Send a signal, wait, and send SIGKILL where that was not enough."""
    if process.poll() is None:
        signal_group(process, first)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            signal_group(process, signal.SIGKILL)
            process.wait()


def _birth(pid: int) -> str:
    """When a process started, as text that two processes of the same id do not share; empty when it has ended."""
    if processes.has_ended(pid):
        return ""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        shown = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return shown.stdout.strip()


def _wait_until_gone(pid: int, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not processes.has_ended(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
