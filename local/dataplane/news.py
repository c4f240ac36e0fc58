"""Reports what a wait waits for: each line once, and in between that the wait goes on."""

from collections.abc import Callable

REPORT_SECONDS = 10.0
"""A wait reports its progress this often."""

Report = Callable[[str], None]
"""Receives one line for a person."""


def ignore(_line: str) -> None:
    """Report nothing."""


class News:
    """The lines of one wait.

    Args:
        report: receives them.
        started: when the wait began, by the clock that the other methods are called with.
    """

    def __init__(self, report: Report, started: float) -> None:
        self._report = report
        self._started = self._checked = started
        self._line = ""

    def is_due(self, now: float) -> bool:
        """Whether a line may be reported again."""
        return now - self._checked >= REPORT_SECONDS

    def say(self, line: str, now: float) -> None:
        """Report a line; where it is the one before again, how long the wait has taken: no wait is silent."""
        self._checked = now
        self._report(line if line != self._line else f"still waiting after {now - self._started:.0f} s")
        self._line = line
