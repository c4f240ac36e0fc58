"""What a guard is: a small function over the finished Terraform JSON of all layers of an environment."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Finding = tuple[str, str]
"""Address of what is wrong (`layer: type.name`), and the sentence that says what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Stacks:
    """The finished JSON of an environment, by layer."""

    documents: Mapping[str, Mapping[str, Any]]

    def resources(self, resource_type: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every resource of a type in every layer, with its address."""
        for layer, document in self.documents.items():
            for name, body in document.get("resource", {}).get(resource_type, {}).items():
                yield f"{layer}: {resource_type}.{name}", body

    def containers(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every container of every task definition, with the address of the definition and the container's name."""
        for address, body in self.resources("aws_ecs_task_definition"):
            for container in json.loads(body["container_definitions"]):
                yield f"{address} container {container['name']}", container


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A rule, and what to do about what it finds."""

    lesson: str
    """Id of the lesson that taught it, such as `N04`."""

    fix: str
    """What to do, as a sentence."""

    judge: Callable[[Stacks], Iterator[Finding]]

    @property
    def name(self) -> str:
        """The function's name: what the guard demands, in words."""
        return self.judge.__name__


@dataclass(frozen=True, kw_only=True, order=True)
class Violation:
    """One thing that a guard refuses."""

    lesson: str
    address: str
    message: str
    fix: str

    def __str__(self) -> str:
        return f"  {self.lesson}  {self.address}\n      {self.message}\n      Fix: {self.fix}"


class GuardError(Exception):
    """The generated Terraform breaks lessons; `str()` is a text for people that names every place."""

    def __init__(self, environment: str, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        count = len(self.violations)
        title = f"{environment}: {count} guard{'s refuse' if count != 1 else ' refuses'} what was generated:"
        super().__init__("\n\n".join([title, *map(str, self.violations)]))
