"""What a guard is: a small function over the finished Terraform JSON of all layers of an environment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from guards.stacks import Stacks

Severity = Literal["error", "warning"]
"""An error stops the synth; a warning is told."""

Finding = tuple[str, str] | tuple[str, str, str]
"""Address of what is wrong (`layer: type.name`), the sentence that says what is wrong with it, and, where another key
of the environment file decides it than the guard names, that key (`network.egress`)."""

Judge = Callable[[Stacks], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A rule, and what to do about what it finds."""

    lesson: str
    """Id of the lesson that taught it, such as `N04`."""

    fix: str
    """What to do, as a sentence."""

    judge: Judge

    severity: Severity = "error"

    key: str = ""
    """Key of the environment file that decides what it finds. Default: none does."""

    @property
    def name(self) -> str:
        """The function's name: what the guard demands, in words. A waiver names it."""
        return self.judge.__name__

    @property
    def sentence(self) -> str:
        """What must hold, as a sentence: the function's docstring."""
        return " ".join((self.judge.__doc__ or "").split())


GUARDS: list[Guard] = []
"""Every guard, in the order of the files that hold them."""


def guard(lesson: str, *, fix: str, severity: Severity = "error", key: str = "") -> Callable[[Judge], Judge]:
    """Register a guard under the id of its lesson."""

    def register(function: Judge) -> Judge:
        GUARDS.append(Guard(lesson=lesson, fix=fix, judge=function, severity=severity, key=key))
        return function

    return register
