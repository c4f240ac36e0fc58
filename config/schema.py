"""What the model knows about a path of keys: the type that belongs there, and which keys exist."""

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from config.environment import Environment


@cache
def hints(model: type[BaseModel]) -> Mapping[str, Any]:
    """Types of a model's fields with everything that is annotated on them."""
    everything = get_type_hints(model, include_extras=True)
    return {name: everything[name] for name in model.model_fields}


def types_at(path: tuple[str, ...], root: Any = Environment) -> list[Any]:
    """The types that a value at this path may have; empty where no key of that path exists."""
    found = [root]
    for part in path:
        found = [below for candidate in found for below in _below(candidate, part)]
    return found


def wants_text(path: tuple[str, ...]) -> bool:
    """Whether the value at this path is a string; true too where no key of that path exists."""
    possible = [variant for candidate in types_at(path) for variant in variants(candidate)]
    return all(variant is str or _is_choice_of_words(variant) for variant in possible if variant is not NoneType)


def _is_choice_of_words(variant: Any) -> bool:
    return get_origin(variant) is Literal and all(isinstance(choice, str) for choice in get_args(variant))


def known_keys(path: tuple[str, ...]) -> list[str]:
    """The keys that the table at this path may have."""
    keys: dict[str, None] = {}
    for candidate in types_at(path):
        for variant in variants(candidate):
            if isinstance(variant, type) and issubclass(variant, BaseModel):
                keys |= dict.fromkeys(variant.model_fields)
    return list(keys)


def variants(annotation: Any) -> list[Any]:
    """The plain types behind annotations and unions."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return variants(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [variant for argument in get_args(annotation) for variant in variants(argument)]
    return [annotation]


def _below(annotation: Any, part: str) -> list[Any]:
    found: list[Any] = []
    for variant in variants(annotation):
        if isinstance(variant, type) and issubclass(variant, BaseModel):
            if part in variant.model_fields:
                found.append(hints(variant)[part])
        elif get_origin(variant) is dict:
            found.append(get_args(variant)[1])
        elif get_origin(variant) is tuple and part.isdigit():
            found.append(get_args(variant)[0])
    return found
