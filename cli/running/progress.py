"""Shows Terraform's progress: a live display on a terminal, plain lines elsewhere."""

import time
from types import TracebackType
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.console import messages
from cli.running.machine_ui import MachineUi

SHOWN_AT_ONCE = 8
"""Running resources drawn at once; the others are only counted, so that the display fits a small terminal."""
STILL_RUNNING_SECONDS = 10
"""Plain output repeats what is still running after this long without a line: a silent command looks like a dead one."""

_DONE = {"create": "created", "update": "updated", "delete": "destroyed", "replace": "replaced"}
_DOING = {"create": "creating", "update": "updating", "delete": "destroying", "read": "reading"}


def duration(seconds: float) -> str:
    """`75` → `1m15s`, as Terraform writes it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


class Progress:
    """Shows one Terraform run; use as a context manager and call `tick` often."""

    def __init__(self, title: str, ui: MachineUi, *, steps: int | None = None, console: Console | None = None) -> None:
        self._title = title
        self._ui = ui
        self._steps = steps
        self._console = console or messages()
        self._started = time.monotonic()
        self._live: Live | None = None
        self._printed = 0
        self._last_line_at = self._started

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._live = Live(self._picture(), console=self._console, refresh_per_second=8, transient=True)
            self._live.__enter__()
        else:
            self._line(f"{self._title} …")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.tick()
        if self._live is not None:
            self._live.__exit__(kind, error, trace)

    def tick(self) -> None:
        """Bring the display up to date."""
        if self._live is not None:
            self._live.update(self._picture())
        else:
            self._print_news()

    @property
    def elapsed(self) -> str:
        """How long this run has taken so far."""
        return duration(time.monotonic() - self._started)

    def _picture(self) -> Group:
        done = len(self._ui.finished)
        head = Table.grid(padding=(0, 2))
        cells: list[Any] = [Text(self._title, style="bold")]
        if self._steps:
            cells += [ProgressBar(total=self._steps, completed=done, width=30), Text(f"{done}/{self._steps}")]
        elif self._ui.refreshed:
            cells.append(Text(f"{self._ui.refreshed} read"))
        head.add_row(*cells, Text(self.elapsed, style="dim"))
        now = time.monotonic()
        running = sorted(self._ui.running.items(), key=lambda item: item[1].started)
        lines: list[Any] = [
            Text(f"  {_DOING.get(one.action, one.action):<10} {address} {duration(now - one.started)}", style="dim")
            for address, one in running[:SHOWN_AT_ONCE]
        ]
        if len(running) > SHOWN_AT_ONCE:
            lines.append(Text(f"  and {len(running) - SHOWN_AT_ONCE} more", style="dim"))
        return Group(head, *lines)

    def _print_news(self) -> None:
        total = f"/{self._steps}" if self._steps else ""
        for address, action, seconds in self._ui.finished[self._printed :]:
            self._printed += 1
            self._line(f"  [{self._printed}{total}] {address} {_DONE.get(action, action)} in {duration(seconds)}")
        now = time.monotonic()
        if now - self._last_line_at > STILL_RUNNING_SECONDS:
            names = list(self._ui.running)
            shown = ", ".join(names[:SHOWN_AT_ONCE])
            more = f" and {len(names) - SHOWN_AT_ONCE} more" if len(names) > SHOWN_AT_ONCE else ""
            self._line(f"  {self._title}: still running after {self.elapsed}" + (f": {shown}{more}" if names else ""))

    def _line(self, text: str) -> None:
        self._last_line_at = time.monotonic()
        self._console.print(Text(text))
