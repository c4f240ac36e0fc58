"""What the tables have in common: rows, and how progress is reported."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table as Drawn


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a table."""

    name: str
    cells: Mapping[str, str]
    """Heading → text, for people."""
    facts: Mapping[str, Any]
    """The same unrounded, for programs."""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One thing to measure."""

    name: str
    """For `--only`."""
    title: str
    rows: "Callable[[int, Progress], Iterator[Row]]"
    """Measures; gets the number of runs for the median, and reports what it measures."""


@dataclass
class Progress:
    """Says what is being measured: on a terminal in one line with the time so far, elsewhere line by line."""

    console: Console
    _status: Status | None = field(default=None, init=False)
    _started: float = field(default_factory=time.monotonic, init=False)

    def __enter__(self) -> "Progress":
        if self.console.is_terminal:
            self._status = self.console.status("")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def __call__(self, what: str) -> None:
        """Report what is measured now."""
        minutes, seconds = divmod(round(time.monotonic() - self._started), 60)
        line = escape(f"{minutes}:{seconds:02} {what}")
        if self._status is not None:
            self._status.update(line)
        else:
            self.console.print(line)


def drawn(title: str, rows: Sequence[Row]) -> Drawn:
    """The rows as a table for people."""
    table = Drawn(title=title, title_justify="left")
    table.add_column("")
    headings = list(dict.fromkeys(heading for row in rows for heading in row.cells))
    for heading in headings:
        table.add_column(heading, justify="right")
    if any(row.note for row in rows):
        table.add_column("")
    for row in rows:
        table.add_row(
            row.name, *(row.cells.get(heading, "") for heading in headings), *([row.note] if row.note else [])
        )
    return table
