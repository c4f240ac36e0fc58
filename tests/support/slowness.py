"""How slow the machine is now, so that limits for an idle machine can be checked on a busy one."""

import statistics
import time
from collections.abc import Callable

QUIET_SECONDS = 0.036
"""What the work takes where production is synthesised in 1.75 s: it was a fiftieth of it, slow or quick."""


def slowness(clock: Callable[[], float] = time.perf_counter) -> float:
    """How many times longer a fixed piece of work takes than on a quiet machine; 1 where it does not."""
    return max(1.0, statistics.median(_seconds(clock) for _ in range(5)) / QUIET_SECONDS)


def _seconds(clock: Callable[[], float]) -> float:
    started_at = clock()
    words = {}
    for number in range(200_000):
        words[f"word {number % 1000}"] = number
    assert len(words) == 1000
    return clock() - started_at
