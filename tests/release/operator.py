"""A person who runs commands, and time that passes at once."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

from rich.console import Console

from release.aws import Aws
from release.context import Pace, Session
from release.identity import Author
from release.outputs import BlueGreenOutputs
from release.reporter import Reporter
from release.strategies import BlueGreen

CLUSTER = "shop-dev"


def quick(during: Callable[[], object] | None = None) -> Pace:
    """Time that passes only in a sleep, so that minutes take none; `during` happens in the first sleep."""
    now, events = 0.0, [during] if during else []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        while events:
            events.pop()()

    return Pace(sleep=sleep, clock=lambda: now)


@dataclass(frozen=True, kw_only=True)
class StubTerraform:
    """Terraform's part in a deployment, played by functions."""

    on_apply: Callable[[], object]
    on_register: Callable[[], object] = lambda: None

    def apply(self) -> None:
        self.on_apply()

    def register_task_definition(self, _family: str) -> None:
        self.on_register()


def applying(on_apply: Callable[[], object]) -> StubTerraform:
    return StubTerraform(on_apply=on_apply)


class ServiceUnderTest(Protocol):
    """What a person works on."""

    name: str
    aws: Aws
    published: BlueGreenOutputs


@dataclass(kw_only=True)
class Recorder:
    """A person's name, and what the commands print for them."""

    who: str = "anna@laptop"
    _text: io.StringIO = field(default_factory=io.StringIO)

    @cached_property
    def author(self) -> Author:
        return Author(name=self.who)

    @cached_property
    def reporter(self) -> Reporter:
        return Reporter(Console(file=self._text, width=200, force_terminal=False))

    @property
    def output(self) -> str:
        return self._text.getvalue()

    def session(
        self,
        aws: Aws,
        pace: Pace | None = None,
        *,
        environment: str = "dev",
        min_counts: Mapping[str, int] = MappingProxyType({}),
    ) -> Session:
        return Session(
            environment=environment,
            aws=aws,
            author=self.author,
            reporter=self.reporter,
            pace=pace or quick(),
            min_counts=min_counts,
        )


class Operator(Recorder):
    """A person, and the blue/green service as their commands see it."""

    def __init__(
        self,
        web: ServiceUnderTest,
        who: str = "anna@laptop",
        pace: Pace | None = None,
        *,
        environment: str = "dev",
        cluster_name: str = CLUSTER,
        min_counts: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        super().__init__(who=who)
        session = self.session(web.aws, pace, environment=environment, min_counts=min_counts)
        context = session.context(web.name, cluster_name=cluster_name)
        self.service = BlueGreen(context=context, outputs=web.published)
