"""Mistakes in an environment file, as people read them: which key, which value, what is allowed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MISSING = object()
"""Marks a key that is absent."""

DEFAULT = "the default"
"""The origin of a value that nobody wrote."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake."""

    path: tuple[str, ...]
    """Keys from the top of the file to the value."""

    value: Any = MISSING
    """The value of the key; `MISSING` where it has none."""

    message: str
    """What is wrong and what is allowed, as a sentence without a full stop."""

    origin: str = ""
    """Source of the value if it is not the file: an environment variable, or `DEFAULT`."""

    @property
    def key(self) -> str:
        """The path as TOML writes it."""
        return ".".join(
            part if part.replace("-", "").replace("_", "").isalnum() else json.dumps(part) for part in self.path
        )

    def __str__(self) -> str:
        head = _clipped(self.key) or "the file"
        # A table is not the value that is wrong: its name is, or what is missing in it.
        if self.value is not MISSING and not isinstance(self.value, Mapping):
            head += f" = {_short(self.value)}"
        if self.origin:
            head += f"   ({'' if self.origin == DEFAULT else 'from '}{self.origin})"
        return f"  {head}\n      {self.message}"


class ConfigurationError(Exception):
    """An environment that cannot be used; `str()` is a text for people that names every mistake."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        """Name the file in `source`; `problems` come out in the order of their keys."""
        self.source = source
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.path, problem.message)))
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.problems)
        title = f"{self.source} has {count} mistake{'s' if count != 1 else ''}:"
        return "\n\n".join([title, *map(str, self.problems)])


def _short(value: Any) -> str:
    return _clipped(json.dumps(value, ensure_ascii=False, default=str))


def _clipped(text: str, limit: int = 120) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
