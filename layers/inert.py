"""Free text of an environment file reaches AWS as it stands: Terraform finds no expression in it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from config import Environment


def inert(environment: Environment) -> Environment:
    """The same environment with every text written so that Terraform reads it literally.

    Here and not where a text is used, so that no field can be forgotten. Names, addresses and ARNs cannot hold `${`
    anyway; what people may write freely, such as the settings of a container, can.
    """
    made: Environment = _inert(environment)
    return made


def literal(text: str) -> str:
    """A text as Terraform's template language writes it: `${` and `%{` begin an expression unless they are doubled."""
    return text.replace("${", "$${").replace("%{", "%%{")


def _inert(value: Any) -> Any:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, BaseModel):
        return value.model_copy(update={name: _inert(item) for name, item in value})
    if isinstance(value, Mapping):
        return {_inert(key): _inert(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_inert, value))
    return value
