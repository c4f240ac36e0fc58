"""Defers Ctrl-C while a step is written, so that no command stops between the parameter and the rule."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Defer Ctrl-C until the block has ended, then raise KeyboardInterrupt.

    A second Ctrl-C interrupts at once: the next command finishes what is left half done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting = 0

    def remember(_signal: int, _frame: FrameType | None) -> None:
        nonlocal waiting
        waiting += 1
        if waiting > 1:
            raise KeyboardInterrupt

    previous = signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
    if waiting:
        raise KeyboardInterrupt
