"""Environment files with one mistake each: `tests/config/wrong`, each a few keys over a file of `tests/config/right`.

The comments at the head of such a file say what it is about:

    # over: production                     the file of `right` that it changes, or `nothing`
    # without: dns                         a key that is taken out of that first
    # wrong: services.web.memory_mib       the key that the message must name
    # says: no pair with cpu = 512         words that the message must hold
"""

import tomllib
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_core import to_json

FOLDER = Path(__file__).resolve().parents[1] / "config"
RIGHT = sorted((FOLDER / "right").glob("*.toml"))
WRONG = sorted((FOLDER / "wrong").glob("*.toml"))


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One file of `wrong`."""

    text: str
    """The whole environment file with the mistake in it."""

    key: str
    """The key that is at fault; `the file` where that is not TOML."""

    says: str
    """Words of the message."""

    value: Any
    """The value of the key; None where it has none."""


@cache
def read_wrong(path: Path) -> Wrong:
    """Put a file of `wrong` over the one that it changes."""
    text = path.read_text(encoding="utf-8")
    head = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("# ") and ": " in line)
    if head["over"] == "nothing":
        return Wrong(text=text, key=head["wrong"], says=head["says"], value=None)
    data = deepcopy(_right(head["over"]))
    if "without" in head:
        *tables, last = head["without"].split(".")
        del _at(data, tables)[last]
    _merge(data, tomllib.loads(text))
    return Wrong(text=toml_text(data), key=head["wrong"], says=head["says"], value=_at(data, _parts(head["wrong"])))


@cache
def _right(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / "right" / f"{name}.toml").read_text(encoding="utf-8"))


def toml_text(data: dict[str, Any]) -> str:
    """A table as a TOML file."""
    return "".join(f"{_text(key)} = {toml(value)}\n" for key, value in data.items())


def toml(value: Any) -> str:
    """JSON is close enough to an inline TOML value once tables are written as `{ key = value }`."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_text(key)} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return _text(value) if isinstance(value, str) else to_json(value).decode()


def _text(value: str) -> str:
    return to_json(value).decode().replace("\x7f", "\\u007f")


def _merge(data: dict[str, Any], changes: dict[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(data.get(key), dict):
            _merge(data[key], value)
        else:
            data[key] = value


def _at(data: Any, keys: list[str]) -> Any:
    """The value at a path of keys and list indices; None if it does not exist."""
    for key in keys:
        if isinstance(data, list):
            data = data[int(key)]
            continue
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _parts(key: str) -> list[str]:
    """The parts of a key, out of TOML's quotes."""
    parts, below = [], tomllib.loads(f"{key} = 0")
    while isinstance(below, dict):
        ((part, below),) = below.items()
        parts.append(part)
    return parts
