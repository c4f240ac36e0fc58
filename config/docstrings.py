"""Docstrings of fields, read from the source where somebody wants them.

pydantic would read them for every model at import, which takes a fifth of the time of `./windlass check`.
"""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache


@cache
def field_docstrings(model: type) -> Mapping[str, str]:
    """Field → the string below it in the class, or in the class that it is inherited from."""
    documented: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if "__annotations__" in vars(base):
            documented |= _own(base)
    return documented


def _own(model: type) -> dict[str, str]:
    try:
        source = textwrap.dedent(inspect.getsource(model))
    except (OSError, TypeError):
        return {}
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.ClassDef)
    texts = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            texts[field.target.id] = inspect.cleandoc(below.value.value)
    return texts
