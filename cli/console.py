"""Where the commands print: results on standard output, progress and errors on standard error."""

import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


def output() -> Console:
    """The console for results; made anew each time so that a redirected `sys.stdout` is honoured."""
    return _console(stderr=False)


def messages() -> Console:
    """The console for progress and errors, so that a pipe receives results only."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    # Without a terminal rich would wrap at 80 columns and cut addresses in two, which no script can read.
    width = None if stream.isatty() else 1_000
    # No markup and no emoji: `[key]` and `:secret:` are parts of addresses and ARNs.
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width, soft_wrap=width is not None)


def say(sentence: str, *, style: str = "") -> None:
    """A sentence about what goes on, on standard error."""
    messages().print(Text(sentence, style=style))


def print_json(value: Any) -> None:
    """A value for scripts, on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, default=str) + "\n")


def table(*columns: str, title: str | None = None) -> Table:
    """An empty table in the style that all commands share."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def show(made: Table) -> None:
    """Print a table on standard output; a pipe gets no blanks at the ends of lines."""
    console = output()
    if console.is_terminal:
        console.print(made)
        return
    with console.capture() as captured:
        console.print(made)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
