"""A line every ten seconds while something takes long: a silent command looks like a dead one."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cli.console import say
from cli.running.progress import duration

INTERVAL_SECONDS = 10.0


@contextmanager
def heartbeat(doing: str, *, interval_seconds: float = INTERVAL_SECONDS) -> Iterator[None]:
    """Say what is still going on, and for how long, as long as the block runs.

    Args:
        doing: what goes on, such as `installing Airflow's packages`.
        interval_seconds: between two lines; nothing is printed before the first interval has passed.
    """
    started, ended = time.monotonic(), threading.Event()

    def speak() -> None:
        while not ended.wait(interval_seconds):
            say(f"  still {doing} after {duration(time.monotonic() - started)}")

    speaker = threading.Thread(target=speak, name="heartbeat", daemon=True)
    speaker.start()
    try:
        yield
    finally:
        ended.set()
        speaker.join()
