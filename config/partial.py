"""The valid part of a file that has mistakes, so that rules over several keys can still be checked."""

import json
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from config.fields import chosen, hints

_NOTHING = object()
_ADAPTERS: dict[int, tuple[Any, TypeAdapter[Any]]] = {}
"""One per annotation, since building one takes milliseconds. Keyed by identity, because not every annotation is
hashable; the annotation is kept alive so that its identity is not reused."""


def valid_part(model: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    """The valid fields of a model, by name.

    A table with a mistake in it becomes a partial model without the wrong fields; reading one of them raises
    `config.base.InvalidFieldError`. Fields that the file leaves out have their default.
    """
    fields: dict[str, Any] = {}
    for name, annotation in hints(model).items():
        if name in data:
            value = _valid(annotation, data[name])
            if value is not _NOTHING:
                fields[name] = value
        elif not (field := model.model_fields[name]).is_required():
            fields[name] = field.get_default(call_default_factory=True)
    return fields


def _adapter(annotation: Any) -> TypeAdapter[Any]:
    if id(annotation) not in _ADAPTERS:
        _ADAPTERS[id(annotation)] = (annotation, TypeAdapter(annotation))
    return _ADAPTERS[id(annotation)][1]


def _valid(annotation: Any, value: Any) -> Any:
    try:
        return _adapter(annotation).validate_json(json.dumps(value, default=str), strict=True)
    except ValidationError:
        pass
    if not isinstance(value, Mapping):
        return _NOTHING
    for variant in chosen(annotation, value):
        if isinstance(variant, type) and issubclass(variant, BaseModel):
            return _partial(variant, value)
        if get_origin(variant) is dict:
            key_type, item_type = get_args(variant)
            items = {
                key: _valid(item_type, item) for key, item in value.items() if _valid(key_type, key) is not _NOTHING
            }
            return {key: item for key, item in items.items() if item is not _NOTHING}
    return _NOTHING


def _partial(model: type[BaseModel], data: Mapping[str, Any]) -> BaseModel:
    fields = valid_part(model, data)
    partial = model.model_construct(**fields)
    for name in set(model.model_fields) - set(fields):
        partial.__dict__.pop(name, None)
    return partial
