"""The environment file of a platform, and changes of it."""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Data = dict[str, Any]
Edit = Callable[[Data], None]
"""Changes the values of an environment file in place."""


class EnvironmentFile:
    """A file whose values are changed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def change(self, edit: Edit) -> None:
        """Write the file with changed values."""
        data = tomllib.loads(self._path.read_text(encoding="utf-8"))
        edit(data)
        self._path.write_text(toml(data), encoding="utf-8")


def toml(data: Mapping[str, Any]) -> str:
    """Values as TOML: a line for each top-level key, with tables in it."""
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in data.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{json.dumps(key)} = {_value(each)}' for key, each in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
