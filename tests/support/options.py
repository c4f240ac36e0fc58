"""The environments that together switch on every option, and a comparison of them with the schema."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from config import Environment, environment_names, load
from config.schema import JsonSchema
from layers.synthesis import terraform_json

ROOT = Path(__file__).resolve().parents[1] / "environments"
"""The folder that has them in `environments`, as a user's folder does."""
NAMES = tuple(environment_names(ROOT))


@dataclass(kw_only=True)
class Key:
    """One place of the schema, or one that several strategies or sources share."""

    schemas: list[JsonSchema] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    """Its values in the files, defaults included."""
    is_property: bool = False
    """Whether it is a key of a table, and not what a list or a map holds."""

    @property
    def allowed(self) -> list[Any]:
        """Every value, where the schema lists them; constants select the keys of a table."""
        values = [value for schema in self.schemas for value in (*schema.get("enum", ()), *_constant(schema))]
        return [True, False] if any(schema.get("type") == "boolean" for schema in self.schemas) else values

    @property
    def longest(self) -> int | None:
        """The most characters."""
        return max((schema["maxLength"] for schema in self.schemas if "maxLength" in schema), default=None)

    def differs(self, value: Any) -> bool:
        """Whether a value is not what the key has where no file mentions it."""
        if value is None or value in ([], {}):
            return False
        return not any("default" in schema and schema["default"] == value for schema in self.schemas)


def _constant(schema: JsonSchema) -> list[Any]:
    return [schema["const"]] if "const" in schema else []


@cache
def environment(name: str) -> Environment:
    return load(name, ROOT)


@cache
def documents(name: str) -> dict[str, dict[str, Any]]:
    """The JSON of one of them, by layer. Shared: copy it before changing it."""
    return terraform_json(environment(name))


def every() -> list[dict[str, Any]]:
    """The values of every file, with defaults."""
    return [dict(to_jsonable_python(environment(name))) for name in NAMES]


def keys(document: JsonSchema, files: Iterable[Mapping[str, Any]]) -> dict[str, Key]:
    """Every key of the schema by its path, with its values; `*` is any name of a map, `[]` any item of a list."""
    result: dict[str, Key] = {}
    _walk(document, [document], list(files), "", result)
    return result


def _walk(root: JsonSchema, schemas: list[JsonSchema], values: list[Any], path: str, result: dict[str, Key]) -> None:
    schemas = [part for schema in schemas for part in _parts(root, schema)]
    if path:
        key = result.setdefault(path, Key())
        key.schemas, key.values = schemas, values
    tables = [value for value in values if isinstance(value, Mapping)]
    for name in dict.fromkeys(name for schema in schemas for name in schema.get("properties", ())):
        below = f"{path}.{name}" if path else name
        inner = [schema["properties"][name] for schema in schemas if name in schema.get("properties", ())]
        _walk(root, inner, [table[name] for table in tables if name in table], below, result)
        result[below].is_property = True
    maps = [schema for schema in schemas if isinstance(schema.get("additionalProperties"), dict)]
    if maps:
        inner = [schema["additionalProperties"] for schema in maps]
        _walk(root, inner, [value for table in tables for value in table.values()], f"{path}.*", result)
        names = [schema["propertyNames"] for schema in maps if "propertyNames" in schema]
        _walk(root, names, [name for table in tables for name in table], f"the names of {path}", result)
    items = [schema["items"] for schema in schemas if "items" in schema]
    if items:
        _walk(root, items, [item for value in values for item in value or ()], f"{path}[]", result)


def _parts(root: JsonSchema, schema: JsonSchema) -> Iterator[JsonSchema]:
    """A schema with what it refers to, or each of its alternatives."""
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].rpartition("/")[2]]
        yield from _parts(root, {**target, **{key: value for key, value in schema.items() if key != "$ref"}})
    elif alternatives := schema.get("oneOf") or schema.get("anyOf"):
        for each in alternatives:
            yield from _parts(root, each)
    else:
        yield schema
