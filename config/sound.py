"""The sound part of a file that has mistakes, so that rules over several keys still find theirs."""

import json
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from config.schema import chosen, hints

_NOTHING = object()
_ADAPTERS: dict[int, tuple[Any, TypeAdapter[Any]]] = {}
"""Made once for each annotation, which takes milliseconds. By identity, since not every annotation has a hash; the
annotation is kept, so that its identity is not given to another."""


def sound_part(model: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a model that are sound, by name.

    A table that has a mistake in it becomes a model that lacks the wrong fields: reading one of those raises
    AttributeError. Fields that the file leaves out have their default.
    """
    fields: dict[str, Any] = {}
    for name, annotation in hints(model).items():
        if name in data:
            value = _sound(annotation, data[name])
            if value is not _NOTHING:
                fields[name] = value
        elif not (field := model.model_fields[name]).is_required():
            fields[name] = field.get_default(call_default_factory=True)
    return fields


def _adapter(annotation: Any) -> TypeAdapter[Any]:
    if id(annotation) not in _ADAPTERS:
        _ADAPTERS[id(annotation)] = (annotation, TypeAdapter(annotation))
    return _ADAPTERS[id(annotation)][1]


def _sound(annotation: Any, value: Any) -> Any:
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
                key: _sound(item_type, item) for key, item in value.items() if _sound(key_type, key) is not _NOTHING
            }
            return {key: item for key, item in items.items() if item is not _NOTHING}
    return _NOTHING


def _partial(model: type[BaseModel], data: Mapping[str, Any]) -> BaseModel:
    fields = sound_part(model, data)
    partial = model.model_construct(**fields)
    for name in set(model.model_fields) - set(fields):
        partial.__dict__.pop(name, None)
    return partial
