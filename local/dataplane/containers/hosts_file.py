"""A task's hosts file, which is kept up to date while its containers run."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

BLOCK_BYTES = 4096


class HostsFile:
    """The `/etc/hosts` of a task. It is mounted into the containers, so it is changed in place, never replaced.

    Args:
        path: of the file.
        address: of the task. `localhost` resolves to it too, because the containers of a task share their network.
        host_name: of the task.
    """

    def __init__(self, path: Path, *, address: str, host_name: str) -> None:
        self.path = path
        self._first = f"{address} localhost {host_name}"
        self._text = ""
        self.update({})

    def update(self, names: Mapping[str, Iterable[str]]) -> None:
        """Write names and their addresses; does nothing when they have not changed."""
        lines = [self._first, *(f"{address} {name}" for name in sorted(names) for address in names[name])]
        text = "\n".join(lines) + "\n"
        if text == self._text:
            return
        self._text = text
        # One write of whole blocks: a reader sees the old or the new text, and no tail of the old.
        data = text.encode()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            length = max(os.fstat(descriptor).st_size, -(-len(data) // BLOCK_BYTES) * BLOCK_BYTES)
            os.pwrite(descriptor, data.ljust(length, b"\n"), 0)
        finally:
            os.close(descriptor)
