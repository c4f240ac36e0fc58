"""Docstrings of fields, read from the source where somebody wants them.

pydantic would read them for every model at import, which takes a fifth of the time of `./windlass check`.
"""

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def field_docstrings(model: type) -> Mapping[str, str]:
    """Field → the string below it in the class, or in the class that it is inherited from."""
    documented: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if "__annotations__" in vars(base):
            documented |= _own(base)
    return documented


def _own(model: type) -> dict[str, str]:
    definition = _classes(model.__module__).get(model.__qualname__)
    if definition is None:
        return {}
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


@cache
def _classes(module: str) -> Mapping[str, ast.ClassDef]:
    """The classes at the top of a module, by name. `inspect.getsource` would read its file again for each of them."""
    file = getattr(sys.modules[module], "__file__", None)
    if file is None:
        return {}
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
