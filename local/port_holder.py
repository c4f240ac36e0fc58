"""Which program listens on a port, and of which checkout it is: for the message that says why another cannot start."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local import processes

_LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F"}
"""127.0.0.1 in /proc/net/tcp and /proc/net/tcp6."""
_LISTENING = "0A"
"""State of a listening socket in /proc/net/tcp."""
_CHECKOUT = re.compile(r"(?P<folder>/[^ ]*?)/\.windlass/")


@dataclass(frozen=True, kw_only=True)
class PortHolder:
    """A process that listens on a port."""

    pid: int
    program: str
    """Name of the program, such as `nginx`."""
    checkout: Path | None = None
    """Folder of the local platform that it belongs to. None: it is no part of one."""

    def __str__(self) -> str:
        """`nginx (process 4711)`, or `the local platform in /home/ada/shop (process 4711)`."""
        name = self.program if self.checkout is None else f"the local platform in {self.checkout}"
        return f"{name} (process {self.pid})"


def port_holder(port: int) -> PortHolder | None:
    """Return the process that listens on a port of 127.0.0.1.

    None where nothing listens, or where the process cannot be seen: those of other users are hidden without root.
    """
    for pid in _pids(port):
        command_line = processes.command_line(pid)
        if command_line:
            program = Path(command_line.split(" ")[0]).name or "a program"
            match = _CHECKOUT.search(command_line)
            return PortHolder(pid=pid, program=program, checkout=Path(match["folder"]) if match else None)
    return None


def _pids(port: int) -> Iterator[int]:
    if Path("/proc/net/tcp").exists():
        yield from _of_sockets(_listening_sockets(port))
        return
    try:
        command = ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-t"]
        shown = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return
    yield from (int(line) for line in shown.stdout.split() if line.isdigit())


def _listening_sockets(port: int) -> set[str]:
    """Inodes of the sockets that listen on a port of 127.0.0.1, or of all addresses if there are none."""
    loopback, every = set(), set()
    for table in ("tcp", "tcp6"):
        try:
            rows = Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            columns = row.split()
            address, _, number = columns[1].rpartition(":")
            if columns[3] != _LISTENING or int(number, 16) != port:
                continue
            # Containers of any platform listen on the same ports of other loopback addresses.
            if address in _LOOPBACK:
                loopback.add(columns[9])
            elif not address.strip("0"):
                every.add(columns[9])
    return loopback or every


def _of_sockets(inodes: set[str]) -> Iterator[int]:
    """Processes that have one of the sockets open; the oldest first, since children inherit them."""
    names = {f"socket:[{inode}]" for inode in inodes}
    for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            if any(str(file.readlink()) in names for file in (process / "fd").iterdir()):
                yield int(process.name)
        except OSError:
            continue  # it has ended, or belongs to another user
