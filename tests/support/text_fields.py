"""Every place of an environment file where free text is allowed, collected from the model, so that none is missed."""

import copy
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from config.environment import Environment
from config.fields import chosen, hints
from tests.support.wrong import RIGHT

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class TextField:
    """A key whose value is text, or (`is_key`) a table whose keys people choose."""

    base: str
    """The file of `tests/config/right` that has the table."""

    path: Path
    is_key: bool = False

    def __str__(self) -> str:
        return ".".join(map(str, self.path)) + (" (its name)" if self.is_key else "")

    def put(self, data: Mapping[str, Any], text: str) -> dict[str, Any]:
        """The environment's data with a text at this place."""
        changed = copy.deepcopy(dict(data))
        here: Any = changed
        for part, below in zip(self.path, self.path[1:], strict=False):
            here = _below(here, part, [] if isinstance(below, int) else {})
        last = self.path[-1]
        if self.is_key:
            here[text] = here.pop(last, {})
        elif isinstance(here, list):
            here[:] = [text, *here[1:]]
        else:
            here[last] = text
        return changed


def text_fields() -> list[TextField]:
    """All of them; one that several files have is named once."""
    fields: dict[tuple[Path, bool], TextField] = {}
    somewhere = {section for data in bases().values() for section in data}
    for base, data in bases().items():
        for path, is_key in _walk(Environment, data, ()):
            if path[0] in somewhere and path[0] not in data:
                continue  # It would lack what its section demands; the file that has the section is tried.
            fields.setdefault((path, is_key), TextField(base=base, path=path, is_key=is_key))
    return sorted(fields.values(), key=str)


@cache
def bases() -> dict[str, dict[str, Any]]:
    """What the files of `tests/config/right` say, by name. Shared: copy it before changing it."""
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in RIGHT}


def _walk(annotation: Any, value: Any, path: Path) -> Iterator[tuple[Path, bool]]:
    for variant in chosen(annotation, value):
        if variant is str:
            yield path, False
        elif isinstance(variant, type) and issubclass(variant, BaseModel):
            for name, below in hints(variant).items():
                if (*path, name) != ("name",):  # which is the name of the file
                    yield from _walk(below, value.get(name) if isinstance(value, Mapping) else None, (*path, name))
        elif get_origin(variant) is tuple:
            yield from _walk(get_args(variant)[0], None, (*path, 0))
        elif get_origin(variant) is dict:
            key = next(iter(value), "a") if isinstance(value, Mapping) else "a"
            yield (*path, key), True
            yield from _walk(get_args(variant)[1], value.get(key) if value else None, (*path, key))


def _below(here: Any, part: str | int, empty: Any) -> Any:
    if isinstance(part, int):
        here.append(empty)
        return here[-1]
    if not isinstance(here.get(part), type(empty)):
        here[part] = empty
    return here[part]
