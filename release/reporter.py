"""Reports progress, which is sentences that stay and one line that changes while a command waits, and the result."""

import time
from types import TracebackType

from rich.console import Console
from rich.status import Status
from rich.text import Text

REPEAT_SECONDS = 15
"""Off a terminal, a waiting line that does not change is printed again after this time, so that no wait is silent."""


class Reporter:
    """Progress and results for people, on the caller's consoles.

    On a terminal the waiting line is rewritten in place; elsewhere it is printed when it changes, and every 15 s.

    Args:
        console: where to print progress; standard error, so that a pipe receives results only.
        results: where to print what the command has done. Default: where progress is printed.
    """

    def __init__(self, console: Console, *, results: Console | None = None) -> None:
        self._console = console
        self._results = results or console
        self._status: Status | None = None
        self._last = ""
        self._printed_at = 0.0

    def say(self, sentence: str, *, style: str = "") -> None:
        """Print a sentence that stays."""
        self._console.print(Text(sentence, style=style))

    def result(self, sentence: str, *, style: str = "") -> None:
        """Print what the command has done."""
        self.done_waiting()
        self._results.print(Text(sentence, style=style))

    def wait(self, line: str, *, rest: str = "") -> None:
        """Show what the command waits for.

        Args:
            line: the current state.
            rest: what changes every second, such as the time left; shown on a terminal only.
        """
        if self._console.is_terminal:
            text = Text(f"{line}  {rest}".rstrip())
            if self._status is None:
                self._status = self._console.status(text)
                self._status.start()
            else:
                self._status.update(text)
        elif line != self._last:
            self._print(line)
        elif time.monotonic() - self._printed_at >= REPEAT_SECONDS:
            self._print(f"{line}  {rest}".rstrip())
        self._last = line

    def done_waiting(self) -> None:
        """Remove the waiting line."""
        if self._status is not None:
            self._status.stop()
        self._status, self._last = None, ""

    def _print(self, line: str) -> None:
        self._printed_at = time.monotonic()
        self._console.print(Text(line))

    def __enter__(self) -> "Reporter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.done_waiting()
