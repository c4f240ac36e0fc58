"""One of something is not several."""

import re
from pathlib import Path

import pytest

from release.counted import counted
from tests.support.documents import ROOT

PLURAL_FOR_ANY_NUMBER = re.compile(
    r"(?<!of )\{[\w.()]*(?:count|len\([^)]*\)|running)\} (?:tasks|resources|outputs|stacks|zones|rules|addresses)\b"
)
FILES = [path for package in ("cli", "release", "cost") for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize(("count", "text"), [(0, "0 tasks"), (1, "1 task"), (2, "2 tasks")])
def test_the_plural_follows_the_number(count: int, text: str) -> None:
    assert counted(count, "task") == text
    assert counted(1, "address", "addresses") == "1 address"
    assert counted(2, "address", "addresses") == "2 addresses"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_message_has_a_plural_whatever_the_number_is(path: Path) -> None:
    assert PLURAL_FOR_ANY_NUMBER.findall(path.read_text(encoding="utf-8")) == []
