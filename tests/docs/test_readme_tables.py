"""A folder's README that lists its files lists all of them."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADING = "| file | holds |"
LISTS = [
    path
    for folder in ("local", "release", "modules", "cli", "config", "guards", "layers", "cost", "backend", "bindings")
    for path in sorted((ROOT / folder).rglob("README.md"))
    if HEADING in path.read_text(encoding="utf-8")
]


def test_there_are_lists() -> None:
    assert {str(path.parent.relative_to(ROOT)) for path in LISTS} >= {"local", "local/dataplane", "release"}


@pytest.mark.parametrize("page", LISTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_and_folder_of_code_is_named(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code = [
        path
        for path in page.parent.iterdir()
        if not path.name.startswith(("_", ".")) and (path.suffix == ".py" or any(path.glob("*.py")))
    ]
    assert [path.name for path in code if f"`{path.name}" not in text] == []
