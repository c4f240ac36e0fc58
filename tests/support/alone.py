"""Tests that measure time come first, and with several processes all others wait for their end."""

import time
from pathlib import Path
from typing import Any

import pytest

WAIT_SECONDS = 300
"""After that the others go on whatever happened."""

_waited = False


def is_alone(item: pytest.Item | None) -> bool:
    """Whether no other test may run in parallel with this one."""
    return item is not None and item.get_closest_marker("alone") is not None


def wait(session: pytest.Session) -> None:
    """Wait in one of several processes, once, until no test of any process measures time any more."""
    global _waited
    deadline = time.monotonic() + WAIT_SECONDS
    wanted = not _waited and any(map(is_alone, session.items))
    while wanted and not _over(session.config).exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    _waited = True


def tell(item: pytest.Item, following: pytest.Item | None) -> None:
    """Let the other processes go on after the last one."""
    if is_alone(item) and not is_alone(following):
        _over(item.config).touch()


def _over(config: Any) -> Path:
    """Exists when they have ended; in the folder that the processes of one run share."""
    base: Path = config._tmp_path_factory.getbasetemp()
    return base.parent / "nothing-measures-time"
