"""Where the commands print: results on standard output, progress, warnings and errors on standard error."""

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from times import for_scripts

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

Verbosity = Literal["quiet", "normal", "verbose"]
_verbosity: Verbosity = "normal"


def set_verbosity(verbosity: Verbosity) -> None:
    """Choose what is printed on standard error: only warnings and errors, progress too, or details as well."""
    global _verbosity
    _verbosity = verbosity


def is_quiet() -> bool:
    """Whether only results, warnings and errors are printed."""
    return _verbosity == "quiet"


def output() -> "Console":
    """The console for results; created each time, so that a redirected `sys.stdout` is honoured."""
    return _console(stderr=False)


def messages() -> "Console":
    """The console for progress, so that a pipe receives results only; silent with `--quiet`."""
    return _console(stderr=True, quiet=_verbosity == "quiet")


def _console(*, stderr: bool, quiet: bool = False) -> "Console":
    # rich takes a third of the time of `./windlass --help`, which prints without it.
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    # Without a terminal rich would wrap at 80 columns and cut addresses in two, which no script can read.
    width = None if stream.isatty() else 1_000
    # No markup and no emoji: `[key]` and `:secret:` are parts of addresses and ARNs.
    return Console(
        stderr=stderr,
        quiet=quiet,
        highlight=False,
        markup=False,
        emoji=False,
        width=width,
        soft_wrap=width is not None,
    )


def say(sentence: str, *, style: str = "") -> None:
    """A sentence about what goes on, on standard error."""
    from rich.text import Text  # see _console

    messages().print(Text(sentence, style=style))


def result(sentence: str, *, style: str = "", as_json: bool = False) -> None:
    """What a command has done or found, as a sentence: on standard output, with `--quiet` too.

    Args:
        sentence: the result.
        style: of the text on a terminal.
        as_json: the result is printed as JSON, so the sentence is about what goes on.
    """
    from rich.text import Text  # see _console

    if as_json:
        say(sentence, style=style)
    else:
        output().print(Text(sentence, style=style))


def detail(sentence: str) -> None:
    """A sentence that is printed with `--verbose` only."""
    if _verbosity == "verbose":
        say(sentence, style="dim")


def warn(sentence: str) -> None:
    """A warning on standard error, with `--quiet` too."""
    from rich.text import Text  # see _console

    _console(stderr=True).print(Text(sentence, style="yellow"))


def print_error(message: str) -> None:
    """An error on standard error; the first line stands out."""
    from rich.text import Text  # see _console

    first, _, rest = message.partition("\n")
    _console(stderr=True).print(Text.assemble((first, "bold red"), f"\n{rest}" if rest else ""))


def print_json(value: Any) -> None:
    """A value for scripts, on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, default=_json) + "\n")


def _json(value: object) -> str:
    """What JSON has no type for: a moment, or a path."""
    return for_scripts(value) if isinstance(value, datetime) else str(value)


def table(*columns: str, title: str | None = None) -> "Table":
    """An empty table in the style that all commands share."""
    from rich.table import Table  # see _console

    empty = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        empty.add_column(column, overflow="fold")
    return empty


def show(shown: "RenderableType") -> None:
    """Print a table, or what has some, on standard output; a pipe gets no blanks at the ends of lines."""
    console = output()
    if console.is_terminal:
        console.print(shown)
        return
    with console.capture() as captured:
        console.print(shown)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
