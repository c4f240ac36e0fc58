"""Holds the data stores still while their files are copied.

All processes of a store are stopped by SIGSTOP, so the copy is what a crash at that moment would leave: PostgreSQL and
Redis start from it as they do after a crash. Clients wait for as long as it takes.
"""

import contextlib
import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path


@contextlib.contextmanager
def frozen(pids: Iterable[int]) -> Iterator[None]:
    """Stop these processes and all their children as long as the block lasts."""
    stopped: list[int] = []
    try:
        for pid in pids:
            _stop(pid, stopped)
        yield
    finally:
        for pid in reversed(stopped):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _stop(pid: int, stopped: list[int]) -> None:
    """Stop a process before its children, so that it starts no more of them."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        stopped.append(pid)
        for child in _children(pid):
            _stop(child, stopped)


def _children(pid: int) -> list[int]:
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += [int(each) for each in task.read_text().split()]
    return children
