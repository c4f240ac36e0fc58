"""Values from `.env` and from environment variables that go over those of the file.

pydantic-settings reads both; this turns what it found into single values, each with where it came from.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from config.environment import Environment
from config.errors import Problem
from config.fields import wants_text

PREFIX = "WINDLASS_"
DELIMITER = "__"
RESERVED = frozenset({"WINDLASS_ENVIRONMENT", "WINDLASS_ROOT", "WINDLASS_STOCK_BINDINGS"})
"""Variables that choose what to do and say nothing about an environment."""


@dataclass(frozen=True, kw_only=True)
class Override:
    """One value that goes over the file's."""

    path: tuple[str, ...]
    value: Any
    origin: str
    """For people: `environment variable NAME`, or `NAME in .env`."""


def overrides(root: Path) -> tuple[list[Override], list[Problem]]:
    """All overriding values, those of `.env` first, and the mistakes in them that no model can see."""
    dotenv = root / ".env"
    variables = {**_variables_of(dotenv), **os.environ}
    if not any(_is_ours(variable) for variable in variables):
        return [], []  # as nearly always: the sources take as long to import as all the rules take to run
    from config.override_sources import SettingsError, sources

    result: list[Override] = []
    problems: list[Problem] = []
    for source, origin in sources(dotenv, prefix=PREFIX, delimiter=DELIMITER):
        try:
            values = source()
        except SettingsError as error:
            problems.append(
                Problem(path=("environment variables",), message=f"{error}; allowed: JSON for tables and lists")
            )
            continue
        result += _flatten(values, origin)
    problems += _unknown_variables(variables)
    return result, problems


def _variables_of(dotenv: Path) -> Mapping[str, str | None]:
    if not dotenv.exists():
        return {}
    from dotenv import dotenv_values  # here, since few workspaces have the file and each command would pay 11 ms

    return dotenv_values(dotenv)


def _is_ours(variable: str) -> bool:
    return variable.upper().startswith(PREFIX) and variable not in RESERVED


def _flatten(values: Mapping[str, Any], origin: str, path: tuple[str, ...] = ()) -> Iterator[Override]:
    for key, value in values.items():
        below = (*path, key)
        if isinstance(value, Mapping) and value:
            yield from _flatten(value, origin, below)
        else:
            variable = PREFIX + DELIMITER.join(below).upper()
            yield Override(path=below, value=_typed(below, value), origin=origin.format(variable))


def _typed(path: tuple[str, ...], value: Any) -> Any:
    """A variable is text; where the key wants a number, a boolean or a list, read the text as JSON."""
    if not isinstance(value, str) or wants_text(path):
        return value
    try:
        return from_json(value)
    except ValueError:
        return value


def _unknown_variables(variables: Mapping[str, str | None]) -> Iterator[Problem]:
    known = {PREFIX + name.upper() for name in Environment.model_fields} - {PREFIX + "NAME"}
    for variable in variables:
        if not _is_ours(variable):
            continue
        table = variable.upper().split(DELIMITER)[0]
        if table not in known:
            close = get_close_matches(table, sorted(known | RESERVED), n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            yield Problem(path=(variable,), message=f"is a variable that no key belongs to{hint}")
