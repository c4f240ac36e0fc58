"""The definition of a guard: a small function that checks the generated Terraform JSON of all layers together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from guards.edges import Edges
from guards.intent import Intent
from guards.plain_text import Text, texts
from terraform.document import Stacks

Severity = Literal["error", "warning"]
"""An error stops the synth; a warning is reported."""

Finding = tuple[str, str] | tuple[str, str, str]
"""The address of the offending resource (`layer: type.name`), a sentence that says what is wrong with it and, where
another key of the environment file decides it than the guard's own, that key (`network.egress`)."""


@dataclass(frozen=True, kw_only=True)
class CheckedStacks(Stacks):
    """The generated JSON together with what the environment file intends."""

    intent: Intent = field(default_factory=Intent)
    """Default: the environment allows nothing, so every path is one too many."""

    cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """Results that several guards share, so that they are computed once."""

    @cached_property
    def texts(self) -> Mapping[str, list[Text]]:
        """Every string of every resource and data source, by address."""
        return {address: texts(body) for address, body in self.bodies.items()}

    @cached_property
    def edges(self) -> Edges:
        """What each resource depends on."""
        return Edges(self)


Check = Callable[[CheckedStacks], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A check, and how to fix what it finds."""

    lesson: str
    """Id of the lesson that it enforces, such as `N04`."""

    fix: str
    """How to fix a finding, as a sentence."""

    check: Check

    severity: Severity = "error"

    key: str = ""
    """Key of the environment file that decides the outcome. Default: none does."""

    @property
    def name(self) -> str:
        """The function's name: what the guard requires. A waiver names it."""
        return self.check.__name__

    @property
    def sentence(self) -> str:
        """What must hold, as a sentence: the function's docstring."""
        return " ".join((self.check.__doc__ or "").split())


def guard(lesson: str, *, fix: str, severity: Severity = "error", key: str = "") -> Callable[[Check], Guard]:
    """Make a guard of a function. Add it to the tuple `GUARDS` of its file."""

    def make(check: Check) -> Guard:
        return Guard(lesson=lesson, fix=fix, check=check, severity=severity, key=key)

    return make
