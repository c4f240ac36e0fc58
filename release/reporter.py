"""Says what goes on: sentences that stay, and one line that changes while something is waited for."""

from types import TracebackType

from rich.console import Console
from rich.status import Status
from rich.text import Text


class Reporter:
    """Progress for people, on a console of the caller's.

    On a terminal the waiting line is rewritten in place; elsewhere it is printed when it says something new, at most.

    Args:
        console: where to print; standard error, so that a pipe receives results only.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._last = ""

    def say(self, sentence: str, *, style: str = "") -> None:
        """A sentence that stays."""
        self._console.print(Text(sentence, style=style))

    def wait(self, line: str, *, rest: str = "") -> None:
        """What is being waited for.

        Args:
            line: how it stands.
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
            self._console.print(Text(line))
        self._last = line

    def done_waiting(self) -> None:
        """Take the waiting line away."""
        if self._status is not None:
            self._status.stop()
        self._status, self._last = None, ""

    def __enter__(self) -> "Reporter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.done_waiting()
