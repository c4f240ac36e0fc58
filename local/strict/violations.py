"""What a model says against a value, and how a place in a request is written: `tags.1.member.value`, as AWS does."""

import functools
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SECRET_NAME = re.compile(r"password|secret|token|privatekey|certificatechain|plaintext", re.I)
"""Members whose values are not shown, beside those that the model calls sensitive."""
SHOWN_CHARACTERS = 120
INDEX = re.compile(r"\.\d+(?=\.member)")


class Kind(StrEnum):
    """Which constraint is not met."""

    REQUIRED = "required"
    ENUM = "enum"
    MIN = "min"
    MAX = "max"
    MIN_LENGTH = "min-length"
    MAX_LENGTH = "max-length"
    PATTERN = "pattern"
    TYPE = "type"
    UNION = "union"
    UNREADABLE = "unreadable"
    """The body is not JSON, XML or CBOR."""
    UNKNOWN = "unknown"
    """No member of the model; logged, never refused."""
    NULL = "null"
    """Of answers: AWS leaves a member out that has no value."""
    STATUS = "status"
    """Of answers: another status of HTTP than the model's."""
    ERROR = "error"
    """Of answers: an error that the operation does not list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """One constraint that one value does not meet."""

    path: str
    """Where, as AWS writes it; empty for the whole request."""
    kind: Kind
    bound: str
    """What the model demands, as the end of AWS's sentence."""
    value: str
    """The value, as AWS would repeat it; empty if there is none, or if it may be a secret."""

    @property
    def place(self) -> str:
        """The path without the numbers of elements, so that all elements of a list are one place."""
        return INDEX.sub("", self.path)


class Findings:
    """Collects violations of one request or answer."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []

    def add(self, path: str, kind: Kind, bound: str, value: Any = None, shape: Any = None) -> None:
        """Note a violation.

        Args:
            path: where.
            kind: the constraint.
            bound: what the model demands.
            value: the value, or `None`; hidden where the shape is sensitive or the path names a secret.
            shape: the value's shape, or `None` where there is none.
        """
        hidden = value is None or SECRET_NAME.search(path) or (shape is not None and shape.metadata.get("sensitive"))
        shown = "" if hidden else str(value)[:SHOWN_CHARACTERS]
        self.violations.append(Violation(path=path, kind=kind, bound=bound, value=shown))


@functools.cache
def _as_aws_writes(name: str) -> str:
    return name[:1].lower() + name[1:]


def member(path: str, name: str) -> str:
    """The path of a structure's member."""
    return f"{path}.{_as_aws_writes(name)}" if path else _as_aws_writes(name)


def element(path: str, number: int) -> str:
    """The path of a list's element; the first has the number 1."""
    return f"{path}.{number}.member"


def entry(path: str, key: str) -> str:
    """The path of a map's value."""
    return f"{path}.{key}.member"
