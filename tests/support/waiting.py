"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 3
"""Starting programs takes this many times longer in parallel with other tests, and on a busy machine."""
LONGEST_PAUSE_SECONDS = 1.0


def wait_for(what: str, condition: Callable[[], Any], seconds: float = 20.0, *, pause_seconds: float = 0.05) -> Any:
    """The first true value of a condition, asked now and then; fails with what was waited for.

    Args:
        what: for the message.
        condition: asked again and again.
        seconds: at most; a promise where it is short, multiplied by `PATIENCE` where it only ends a test that hangs.
        pause_seconds: between two questions at first; a tenth of what it has waited later, since many questions slow
            down what is waited for.
    """
    started_at = time.monotonic()
    deadline = started_at + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(min(max(pause_seconds, (time.monotonic() - started_at) / 10), LONGEST_PAUSE_SECONDS))
