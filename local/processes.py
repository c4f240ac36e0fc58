"""Processes and ports of the operating system: Linux and macOS, standard library only."""

import os
import socket
import subprocess
import time
from pathlib import Path
from typing import IO

_children: dict[int, subprocess.Popen[bytes]] = {}
"""Child processes. They may outlive this process, and must be reaped if they do not."""


def spawn_detached(command: list[str], *, folder: Path, environment: dict[str, str], log: IO[str]) -> int:
    """Start a process in a session of its own, with no input and all output in the log; returns its pid."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    _children[process.pid] = process
    return process.pid


def command_line(pid: int) -> str:
    """Command line of a process; empty if there is no such process, or it has ended."""
    if has_ended(pid):
        return ""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return _ps(pid, "command=")


def has_ended(pid: int) -> bool:
    """Whether no process with that pid runs."""
    child = _children.get(pid)
    if child is not None:
        if child.poll() is None:
            return False
        del _children[pid]
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _waits_to_be_reaped(pid)


def wait_until_ended(pid: int, seconds: float) -> bool:
    """Wait until no process with that pid runs; returns whether that was so within the time."""
    deadline = time.monotonic() + seconds
    while not has_ended(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def start_time(pid: int) -> str:
    """When a process started, as text; empty when it has ended. Tells apart two processes with the same pid."""
    if has_ended(pid):
        return ""
    try:
        return _stat(pid)[19]
    except (OSError, IndexError):
        return _ps(pid, "lstart=").strip()


def in_folder(folder: Path, program: str) -> list[int]:
    """Ids of the processes of a program whose working directory is in the folder; empty where that cannot be seen."""
    pids = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder) and (process / "exe").readlink().name == program:
                pids.append(int(process.name))
        except OSError:
            continue  # it has ended, or belongs to another user
    return pids


def memory_mib(pid: int) -> int | None:
    """Resident memory of a process."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        kibibytes = next((line.split()[1] for line in lines if line.startswith("VmRSS:")), "")
    except OSError:
        kibibytes = _ps(pid, "rss=").strip()
    return int(kibibytes) // 1024 if kibibytes.isdigit() else None


def port_is_taken(host: str, port: int) -> bool:
    """Whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((host, port)) == 0


def becomes_free(host: str, port: int, seconds: float = 2.0) -> bool:
    """Whether nothing listens on the port, now or soon: the threads of a killed process take a moment to end."""
    deadline = time.monotonic() + seconds
    while port_is_taken(host, port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _waits_to_be_reaped(pid: int) -> bool:
    """Whether the process is a zombie; in a container whose first process reaps nothing it stays one forever."""
    try:
        state = _stat(pid)[0]
    except OSError:
        state = _ps(pid, "stat=").strip()
    return state.startswith("Z")


def _stat(pid: int) -> list[str]:
    """What /proc says of a process, from its state on; raises OSError where there is no /proc or no such process."""
    # The name of the program comes before; it is in brackets and may hold spaces.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _ps(pid: int, column: str) -> str:
    try:
        shown = subprocess.run(["ps", "-o", column, "-p", str(pid)], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return shown.stdout
