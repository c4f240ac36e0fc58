"""Turns pydantic's findings into sentences that say what is allowed."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.errors import MISSING, Problem
from config.fields import known_keys, meaning, owners, why_refused

BOUNDS = {
    "greater_than": ("gt", "more than {:g}"),
    "greater_than_equal": ("ge", "{:g} or more"),
    "less_than": ("lt", "less than {:g}"),
    "less_than_equal": ("le", "{:g} or less"),
}
WORDS = {
    "float_type": "is not a number; allowed: a number without quotes",
    "string_type": "is not text; allowed: a string in quotes",
    "int_type": "is not a whole number; allowed: a number without quotes",
    "int_from_float": "is not a whole number; allowed: a number without quotes and fraction",
    "bool_type": "is not a boolean; allowed: true or false without quotes",
    "tuple_type": "is not a list; allowed: a list in square brackets",
    "dict_type": "is not a table; allowed: a table of keys",
    "model_type": "is not a table; allowed: a table of keys",
    "model_attributes_type": "is not a table; allowed: a table of keys",
}


def problems_of(error: ValidationError, data: Mapping[str, Any]) -> list[Problem]:
    """A problem for each finding, with the path as the file has it."""
    return [_problem(details, data) for details in error.errors(include_url=False)]


def _problem(details: ErrorDetails, data: Mapping[str, Any]) -> Problem:
    path = _path_in_file(details["loc"], data)
    missing = details["type"] in ("missing", "union_tag_not_found")
    if details["type"] in ("union_tag_not_found", "union_tag_invalid"):
        path = (*path, str(details["ctx"]["discriminator"]).strip("'()"))
    value = MISSING if missing else value_at(path, data)
    return Problem(path=path, value=value, message=_message(details, path, data))


def _message(details: ErrorDetails, path: tuple[str, ...], data: Mapping[str, Any]) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(path, data)
    if kind == "missing":
        return f"is required: {meaning(path)}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        tags = context.get("expected_tags", "'s3', 'terraform-cloud', 'local'").replace("'", '"')
        return f"{'is missing' if kind == 'union_tag_not_found' else 'is not known'}; allowed: {tags}"
    if kind == "literal_error":
        return f"is not one of the choices; allowed: {context['expected']}".replace("'", '"')
    if kind == "value_error":
        return f"is not accepted; allowed: {context['error']}"
    if kind in BOUNDS:
        key, words = BOUNDS[kind]
        return f"is out of range; allowed: {words.format(context[key])}"
    if kind in ("string_too_long", "string_too_short", "too_long", "too_short"):
        bound = f"at most {context['max_length']}" if "max_length" in context else f"at least {context['min_length']}"
        is_text = isinstance(details["input"], str) or details["loc"][-1] == "[key]"
        unit = "characters" if is_text else "items"
        return f"has the wrong length; allowed: {bound} {unit}"
    if kind == "string_pattern_mismatch":
        return f"has characters that are not allowed; allowed: {context['pattern']}"
    return WORDS.get(kind, details["msg"])


def _unknown_key(path: tuple[str, ...], data: Mapping[str, Any]) -> str:
    known = known_keys(path[:-1], value_at(path[:-1], data))
    if (owner := owners(path)) is not None:
        field, tags = owner
        kinds = " or ".join(f'{field} = "{tag}"' for tag in tags)
        return f"is a key of {kinds}; allowed here: {', '.join(known)}"
    if why := why_refused(path):
        return f"is not a key, since {why}; allowed here: {', '.join(known)}"
    close = get_close_matches(path[-1], known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"is not a key that Windlass knows{hint}; allowed here: {', '.join(known)}"


def _path_in_file(location: tuple[int | str, ...], data: Any) -> tuple[str, ...]:
    """The path without what pydantic adds: tags of unions, and `[key]` behind a wrong key of a table."""
    path: list[str] = []
    for index, part in enumerate(location):
        last = index == len(location) - 1
        if isinstance(data, Mapping) and part in data:
            data = data[str(part)]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        elif not (last and isinstance(data, Mapping)) or part == "[key]":
            continue
        path.append(str(part))
    return tuple(path)


def value_at(path: tuple[str, ...], data: Any) -> Any:
    """The value at a path of keys and list indices; `MISSING` if there is none."""
    for part in path:
        if isinstance(data, Mapping) and part in data:
            data = data[part]
        elif isinstance(data, list) and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        else:
            return MISSING
    return data
