"""Reports what a wait waits for: a new line soon, and the same line seldom."""

from collections.abc import Callable

REPORT_SECONDS = 10.0
"""A wait reports its progress this often."""
REPEAT_SECONDS = 30.0
"""A line that says nothing new is reported this often, so that no wait is silent."""

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
        self._checked = self._said = started
        self._line = ""

    def is_due(self, now: float) -> bool:
        """Whether a line may be reported again."""
        return now - self._checked >= REPORT_SECONDS

    def say(self, line: str, now: float) -> None:
        """Report a line, unless it was reported a moment ago."""
        self._checked = now
        if line != self._line:
            self._report(line)
        elif now - self._said >= REPEAT_SECONDS:
            self._report(f"still {line}")
        else:
            return
        self._line, self._said = line, now
