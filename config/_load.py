"""Reads an environment: its TOML file, then `.env`, then environment variables, each over the one before.

`WINDLASS_DATABASE__INSTANCE_CLASS=db.t4g.small` overrides `instance_class` in `[database]`; two underscores go one
table down. Tables and lists are given as JSON.
"""

import ast
import json
import re
import tomllib
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.environment import Environment
from config.errors import DEFAULT, MISSING, ConfigurationError, Problem
from config.overrides import Override, overrides
from config.partial import valid_part
from config.problems import problems_of, value_at
from config.rules import check
from config.toml_place import place

FOLDER = "environments"
_WORD = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TUPLE = re.compile(rf"\({_WORD}(?:, {_WORD})*,?\)")


def environment_names(root: Path) -> list[str]:
    """Names of the environments that there are files for."""
    return sorted(path.stem for path in (root / FOLDER).glob("*.toml"))


def load(name: str, root: Path, *, overridden: bool = True) -> Environment:
    """Read and check one environment.

    Args:
        name: the file's name in `environments/` without `.toml`.
        root: the project's folder; `.env` is read from it.
        overridden: whether `.env` and environment variables count, which are meant for the environment of a command.

    Raises:
        ConfigurationError: names every mistake there is, at once.
    """
    source = f"{FOLDER}/{name}.toml"
    data = _read(name, root, source)
    if data.setdefault("name", name) != name:
        problem = Problem(
            path=("name",), value=data["name"], message=f'is not the file\'s name; allowed: "{name}", or leave it out'
        )
        raise ConfigurationError(source, [problem])
    given, problems = overrides(root) if overridden else ([], [])
    for override in given:
        _set(data, override)
    environment, mistakes = _validate(data)
    problems += mistakes
    if environment is None or problems:
        raise ConfigurationError(source, [_with_origin(problem, given, data) for problem in problems])
    return environment


def _read(name: str, root: Path, source: str) -> dict[str, Any]:
    names = environment_names(root)
    if name not in names:
        close = get_close_matches(name, names, n=1)
        hint = f"; did you mean {json.dumps(close[0])}?" if close else ""
        message = (
            f"there is no environment of this name; allowed: {', '.join(names) or 'none, the folder is empty'}{hint}"
        )
        raise ConfigurationError(f"{FOLDER}/", [Problem(path=("environment",), value=name, message=message)])
    text = ""
    try:
        text = (root / FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        data = tomllib.loads(text)
        _json(data)
    except (ValueError, RecursionError) as error:
        # TOML's own mistakes, and what it can say and nothing after it can take: tables too deep, numbers too long.
        message = f"is not TOML: {_readable(error)}{place(text, str(error))}"
        raise ConfigurationError(source, [Problem(path=(), message=message)]) from None
    except OSError as error:
        raise ConfigurationError(source, [Problem(path=(), message=f"cannot be read: {error.strerror}")]) from None
    return data


def _set(data: dict[str, Any], override: Override) -> None:
    *tables, last = override.path
    for part in tables:
        below = data.get(part)
        if not isinstance(below, dict):
            below = data[part] = {}
        data = below
    data[last] = override.value


def _validate(data: dict[str, Any]) -> tuple[Environment | None, list[Problem]]:
    """The environment, if its keys are valid, and every mistake: of single keys, and of the rules on valid values."""
    try:
        environment = Environment.model_validate_json(_json(data))
    except ValidationError as error:
        return None, [*problems_of(error, data), *check(valid_part(Environment, data))]
    return environment, list(check(dict(environment)))


def _json(data: Any) -> str:
    return json.dumps(data, default=str)


def _with_origin(problem: Problem, given: list[Override], data: dict[str, Any]) -> Problem:
    for override in reversed(given):
        if problem.path[: len(override.path)] == override.path:
            return replace(problem, origin=override.origin)
    if problem.value is not MISSING and value_at(problem.path, data) is MISSING:
        return replace(problem, origin=DEFAULT)
    return problem


def _readable(error: Exception) -> str:
    """A message of `tomllib`, which has the path of a table as a Python tuple: `('services', 'web')`."""
    return _TUPLE.sub(lambda match: f"[{'.'.join(ast.literal_eval(match[0]))}]", str(error))
