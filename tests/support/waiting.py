"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 3
"""What takes some time on a quiet machine takes longer beside other tests, and on one that others use too."""


def wait_for(what: str, condition: Callable[[], Any], seconds: float = 20.0, *, pause_seconds: float = 0.05) -> Any:
    """The first true value of a condition, asked now and then; fails with what was waited for.

    Args:
        what: for the message.
        condition: asked again and again.
        seconds: what is enough on a quiet machine.
        pause_seconds: between two questions.
    """
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {seconds * PATIENCE:g} s for {what}"
        time.sleep(pause_seconds)
