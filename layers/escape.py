"""Escapes the free text of an environment file, so that Terraform evaluates no expression in it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from config import Environment


def escape(environment: Environment) -> Environment:
    """The same environment with `${` and `%{` escaped in every text.

    Done once for the whole environment rather than where a text is used, so that no field is forgotten. Names,
    addresses and ARNs cannot contain `${`; free text, such as a container's environment variables, can.
    """
    escaped: Environment = _escape(environment)
    return escaped


def literal(text: str) -> str:
    """A text in Terraform's template syntax, where a literal `${` or `%{` is written with a doubled first character."""
    return text.replace("${", "$${").replace("%{", "%%{")


def _escape(value: Any) -> Any:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, BaseModel):
        return value.model_copy(update={name: _escape(item) for name, item in value})
    if isinstance(value, Mapping):
        return {_escape(key): _escape(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_escape, value))
    return value
