"""What the model knows about a path of keys: the type that belongs there, and which keys exist."""

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Discriminator
from pydantic.fields import FieldInfo

from config.docstrings import field_docstrings
from config.environment import Environment


@cache
def hints(model: type[BaseModel]) -> Mapping[str, Any]:
    """Types of a model's fields with everything that is annotated on them."""
    everything = get_type_hints(model, include_extras=True)
    return {name: everything[name] for name in model.model_fields}


def types_at(path: tuple[str, ...], root: Any = Environment) -> list[Any]:
    """The types that a value at this path may have; empty where no key of that path exists."""
    types = [root]
    for part in path:
        types = [below for candidate in types for below in _below(candidate, part)]
    return types


def wants_text(path: tuple[str, ...]) -> bool:
    """Whether the value at this path is a string; true too where no key of that path exists."""
    possible = [variant for candidate in types_at(path) for variant in variants(candidate)]
    return all(variant is str or _is_choice_of_words(variant) for variant in possible if variant is not NoneType)


def _is_choice_of_words(variant: Any) -> bool:
    return get_origin(variant) is Literal and all(isinstance(choice, str) for choice in get_args(variant))


def meaning(path: tuple[str, ...]) -> str:
    """What the key at this path is: the first sentence of its documentation, or of its table's."""
    for candidate in types_at(path[:-1]):
        for variant in variants(candidate):
            if isinstance(variant, type) and issubclass(variant, BaseModel) and path[-1] in variant.model_fields:
                tables = [one for one in variants(hints(variant)[path[-1]]) if isinstance(one, type)]
                text = field_docstrings(variant).get(path[-1]) or next(
                    (one.__doc__ for one in tables if issubclass(one, BaseModel)), None
                )
                if text:
                    return text.strip().partition(".\n")[0].partition(". ")[0].removesuffix(".").replace("\n", " ")
    return "a table of keys"


def known_keys(path: tuple[str, ...], table: Any = None) -> list[str]:
    """The keys that the table at this path may have; where it names its kind by a tag, only those of that kind."""
    keys: dict[str, None] = {}
    for candidate in types_at(path):
        for variant in chosen(candidate, table):
            if isinstance(variant, type) and issubclass(variant, BaseModel):
                keys |= dict.fromkeys(variant.model_fields)
    return list(keys)


def why_refused(path: tuple[str, ...]) -> str:
    """Why the table at this path has no such key, where people look for one; empty otherwise."""
    for candidate in types_at(path[:-1]):
        for variant in variants(candidate):
            reasons: Mapping[str, str] = getattr(variant, "refused_keys", {})
            if path[-1] in reasons:
                return reasons[path[-1]]
    return ""


def owners(path: tuple[str, ...]) -> tuple[str, list[str]] | None:
    """The tags of the other kinds of table that have the key at the end of this path: `("strategy", ["rolling"])`."""
    for candidate in types_at(path[:-1]):
        if (field := tag_field(candidate)) is not None:
            tags = [
                tag
                for variant in variants(candidate)
                if path[-1] in variant.model_fields
                for tag in get_args(hints(variant)[field])
            ]
            if tags:
                return field, tags
    return None


def chosen(annotation: Any, value: Any) -> list[Any]:
    """The variants that a value may be: the one that its tag names, or all where it names none that exists."""
    everything = variants(annotation)
    field = tag_field(annotation)
    if field is None or not isinstance(value, Mapping):
        return everything
    return [
        variant
        for variant in everything
        if value.get(field, variant.model_fields[field].default) in get_args(hints(variant)[field])
    ] or everything


def tag_field(annotation: Any) -> str | None:
    """The field that tells the variants of a union apart; a function that does so has the field's name."""
    for note in get_args(annotation)[1:] if get_origin(annotation) is Annotated else ():
        if isinstance(note, Discriminator | FieldInfo) and note.discriminator is not None:
            tag = note.discriminator
            tag = tag.discriminator if isinstance(tag, Discriminator) else tag
            return tag if isinstance(tag, str) else tag.__name__
    return None


def variants(annotation: Any) -> list[Any]:
    """The plain types behind annotations and unions."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return variants(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [variant for argument in get_args(annotation) for variant in variants(argument)]
    return [annotation]


def _below(annotation: Any, part: str) -> list[Any]:
    types: list[Any] = []
    for variant in variants(annotation):
        if isinstance(variant, type) and issubclass(variant, BaseModel):
            if part in variant.model_fields:
                types.append(hints(variant)[part])
        elif get_origin(variant) is dict:
            types.append(get_args(variant)[1])
        elif get_origin(variant) is tuple and part.isdigit():
            types.append(get_args(variant)[0])
    return types
