"""The submodules of the AWS bindings that the project uses: remembered from earlier runs, and named in its sources."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bindings.paths import PACKAGE, bindings_version, cache_folder
from workspace import WINDLASS_FOLDER

IMPORT = re.compile(rf"\b{PACKAGE}\.([a-z0-9_]+)\b")
NOT_OURS = {"node_modules", "cdktf.out", "__pycache__"}


def remembered() -> frozenset[str]:
    """The submodules that any process of this project has used."""
    try:
        return frozenset(os.listdir(_folder()))  # noqa: PTH208 - only the names are needed
    except OSError:
        return frozenset()


def remember(submodules: Iterable[str]) -> None:
    """Remember submodules. Each is an empty file, so concurrent processes do not overwrite each other."""
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        for submodule in submodules:
            (_folder() / submodule).touch()
    except OSError:
        return  # a read-only disk: the next run searches again


def in_sources(root: Path = WINDLASS_FOLDER) -> frozenset[str]:
    """The submodules named in any Python file of the project, including imports inside functions."""
    return frozenset(name for file in _sources(root) for name in IMPORT.findall(_text(file)))


def _folder() -> Path:
    return cache_folder() / f"used-{bindings_version()}"


def _sources(folder: Path, above: frozenset[str] = frozenset()) -> Iterator[Path]:
    """Source files of a folder; links to folders are followed, since a submodule that is not found costs 2 s each."""
    real = os.path.realpath(folder)
    if real in above:
        return  # a link to a folder that it is in
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if not entry.name.startswith(".") and entry.name not in NOT_OURS:
                    yield from _sources(Path(entry.path), above | {real})
            elif entry.name.endswith((".py", ".md")):
                yield Path(entry.path)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="ignore")
    except OSError:
        return ""
