"""Somebody at a keyboard, and time that passes at once."""

import io
from collections.abc import Callable
from typing import Protocol

from rich.console import Console

from release.aws import Aws
from release.context import Context, Pace
from release.identity import Author
from release.reporter import Reporter
from release.target import ReleaseTarget


def quick(during: Callable[[], object] | None = None) -> Pace:
    """Time that passes only while somebody sleeps, so that minutes take none; `during` happens in the first sleep."""
    now, events = 0.0, [during] if during else []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        while events:
            events.pop()()

    return Pace(sleep=sleep, clock=lambda: now)


class Workplace(Protocol):
    """What a person works on."""

    aws: Aws
    target: ReleaseTarget


class Recorder:
    """Somebody's name, and what they were told."""

    def __init__(self, who: str = "anna@laptop") -> None:
        self._text = io.StringIO()
        self.author = Author(name=who)
        self.reporter = Reporter(Console(file=self._text, width=200, force_terminal=False))

    @property
    def told(self) -> str:
        return self._text.getvalue()


class Desk(Recorder):
    """One person at one keyboard: a context of their own, and what they were told."""

    def __init__(self, platform: Workplace, who: str = "anna@laptop", pace: Pace | None = None) -> None:
        super().__init__(who)
        self.context = Context(
            aws=platform.aws,
            target=platform.target,
            author=self.author,
            reporter=self.reporter,
            pace=pace or quick(),
        )
