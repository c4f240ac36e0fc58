"""The JSON Schema (2020-12) of an environment file, for editors and other programs.

It says what a schema can say of single keys; rules over several keys are `./windlass check`'s.
"""

from collections.abc import Callable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, NoDefault
from pydantic_core import core_schema

from config.environment import Environment

JsonSchema = dict[str, Any]

UNITS = {
    "seconds": "seconds",
    "minutes": "minutes",
    "hours": "hours",
    "days": "days",
    "mib": "MiB",
    "gib": "GiB",
    "percent": "percent",
}
"""Units by the last word of a key that is an amount of it: `period_seconds`, not `rate_limit_per_five_minutes`."""

_MAPS_OF_SCHEMAS = ("properties", "$defs")
_LISTS_OF_SCHEMAS = ("anyOf", "oneOf", "allOf")
_SCHEMAS = ("items", "additionalProperties", "propertyNames")


def unit_of(key: str) -> str | None:
    """The unit of a key's value; None where the key names none, or a rate: a number of something else per unit."""
    return None if "_per_" in key else UNITS.get(key.rpartition("_")[2])


class _Generator(GenerateJsonSchema):
    def get_default_value(self, schema: core_schema.WithDefaultSchema) -> Any:
        """Show what default factories make, too."""
        factory = schema.get("default_factory")
        if factory is not None and not schema.get("default_factory_takes_data"):
            return factory()  # type: ignore[call-arg]
        return schema.get("default", NoDefault)


def schema_document() -> JsonSchema:
    """The schema of `environments/<name>.toml`: one object schema, with its tables under `$defs`."""
    schema = Environment.model_json_schema(schema_generator=_Generator, mode="validation")
    _each(schema, _simplify)
    _describe(schema)
    schema["required"].remove("name")  # the file's name says it
    schema["properties"]["name"].pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Windlass environment",
        "description": "One environment of Windlass: environments/<name>.toml.",
        **{key: schema[key] for key in ("type", "properties", "required", "additionalProperties", "$defs")},
    }


def _each(schema: JsonSchema, change: Callable[[JsonSchema], None]) -> None:
    """Change a schema and all schemas in it, innermost first."""
    for key in _MAPS_OF_SCHEMAS:
        for inner in schema.get(key, {}).values():
            _each(inner, change)
    for key in _LISTS_OF_SCHEMAS:
        for inner in schema.get(key, ()):
            _each(inner, change)
    for key in (*_SCHEMAS, "patternProperties"):
        value = schema.get(key)
        if key == "patternProperties" and value:
            for inner in value.values():
                _each(inner, change)
        elif isinstance(value, dict):
            _each(value, change)
    change(schema)


def _simplify(schema: JsonSchema) -> None:
    """Take out what TOML cannot say (null) and what says nothing to a person (titles made from keys)."""
    schema.pop("title", None)
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del schema["anyOf"]
        schema |= choices[0] | {key: schema[key] for key in ("description", "examples") if key in schema}
    if schema.get("default", ...) is None:
        del schema["default"]
    if "patternProperties" in schema:
        ((pattern, values),) = schema.pop("patternProperties").items()
        schema["additionalProperties"] = values
        schema["propertyNames"] = {"pattern": pattern, **schema.get("propertyNames", {})}
    if "description" in schema:
        schema["description"] = " ".join(schema["description"].split())


def _describe(root: JsonSchema) -> None:
    """Every property says what it is: its own words, else those of its table; and its unit."""
    definitions = root["$defs"]
    for name, schema in [("", root), *definitions.items()]:
        for key, value in schema.get("properties", {}).items():
            table = definitions.get(value.get("$ref", "").removeprefix("#/$defs/"), {})
            if "description" not in value and "description" in table:
                value["description"] = table["description"]
            if "$ref" in value and "default" in value:
                value["default"] = {}  # the table's keys have their own
            if value.get("type") in ("integer", "number") and (unit := unit_of(key)):
                value["description"] = f"{value.get('description', '')} Unit: {unit}.".strip()
            if "description" not in value:
                raise ValueError(f"{name or 'Environment'}.{key} has no docstring")
