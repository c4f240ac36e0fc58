"""The environment file of a platform, changed and put back."""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from config import Environment
from layers.synthesis import terraform_json

Data = dict[str, Any]
Edit = Callable[[Data], None]
"""Changes the values of an environment file in place."""


class EnvironmentFile:
    """A file whose values are changed; `restore` puts its text back."""

    def __init__(self, path: Path) -> None:
        self._path, self._text = path, path.read_text(encoding="utf-8")

    def change(self, edit: Edit) -> None:
        """Write the file with changed values."""
        data = tomllib.loads(self._path.read_text(encoding="utf-8"))
        edit(data)
        self._path.write_text(toml(data), encoding="utf-8")

    def documents(self) -> dict[str, dict[str, Any]]:
        """The Terraform JSON of each layer, as far as the file decides it; what variables override is left out."""
        values = {**tomllib.loads(self._path.read_text(encoding="utf-8")), "name": self._path.stem}
        return terraform_json(Environment.model_validate_json(json.dumps(values)))

    def restore(self) -> None:
        self._path.write_text(self._text, encoding="utf-8")


def put(**values: Any) -> Edit:
    """An edit that sets keys; `__` in their names leads into a table, which is made where it is missing."""

    def edit(data: Data) -> None:
        for path, value in values.items():
            *tables, key = path.split("__")
            table = data
            for name in tables:
                table = table.setdefault(name, {})
            table[key] = value

    return edit


def toml(data: Mapping[str, Any]) -> str:
    """Values as TOML: a line for each top-level key, with tables in it."""
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in data.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{json.dumps(key)} = {_value(each)}' for key, each in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
