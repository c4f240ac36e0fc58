"""`docs/lessons.md` names every lesson, where it is kept, and a test that shows the mistake; all of it exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import guards
from tests.guards.test_guards import MISTAKES

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "lessons.md"
COUNTS = {"A": 22, "E": 11, "N": 9, "D": 7, "I": 2, "B": 4, "S": 5, "P": 6}
EVERY_LESSON = {f"{family}{number:02}" for family, count in COUNTS.items() for number in range(1, count + 1)}
ROW = re.compile(r"^\| ([A-Z]\d\d) \|(.*)\|$", flags=re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\(([^)#]+)\)")
KEPT, SHOWN = PAGE.read_text(encoding="utf-8").split("## The test of each lesson")


def rows(text: str) -> dict[str, str]:
    matches = ROW.findall(text)
    assert len({lesson for lesson, _ in matches}) == len(matches)
    return dict(matches)


def not_built_yet() -> set[str]:
    """Lessons about features that do not exist yet, which the page lists in one line."""
    match = re.search(r"^Not built yet: ([A-Z0-9, ]+)\.$", KEPT, flags=re.MULTILINE)
    return set(match[1].split(", ")) if match else set()


@cache
def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_lesson_is_kept_or_not_built_yet() -> None:
    assert set(rows(KEPT)) | not_built_yet() == EVERY_LESSON
    assert set(rows(KEPT)) & not_built_yet() == set()


@pytest.mark.parametrize("lesson", sorted(rows(KEPT)))
def test_every_file_that_keeps_a_lesson_carries_its_id(lesson: str) -> None:
    targets = [target for _, target in LINK.findall(rows(KEPT)[lesson])]
    assert targets
    for target in targets:
        assert lesson in (PAGE.parent / target).read_text(encoding="utf-8"), target


def test_what_is_still_missing_is_said_at_the_end_of_a_row() -> None:
    for lesson, row in rows(KEPT).items():
        before, mark, missing = row.rpartition("; open: ")
        assert mark or "open:" not in row, lesson
        assert not LINK.search(missing) or not mark, f"{lesson}: files come before what is open"
        assert not mark or (before and len(missing.split()) > 2), lesson


def test_every_lesson_that_is_kept_has_its_test() -> None:
    assert set(rows(SHOWN)) == set(rows(KEPT))


@pytest.mark.parametrize("lesson", sorted(rows(SHOWN)))
def test_the_test_of_a_lesson_exists_and_shows_a_mistake(lesson: str) -> None:
    row = rows(SHOWN)[lesson]
    shown = False
    for text, target in LINK.findall(row):
        path = (PAGE.parent / target).resolve()
        assert path.exists(), target
        shown |= path.parent == ROOT / "tests" / "config" / "wrong"
        file, _, function = text.partition("::")
        if function:
            assert path.name == file
            assert function in functions(path), text
            shown = True
    for name in re.findall(r"`([a-z_0-9]+)`", row):
        (guard,) = [one for one in guards.GUARDS if one.name == name]
        assert guard.lesson == lesson
        assert guard.severity == "warning" or name in {mistake.guard for mistake in MISTAKES}
        shown = True
    assert shown, f"{lesson} is shown by nothing"


def test_every_guard_is_named_beside_its_lesson() -> None:
    named = {name for row in rows(SHOWN).values() for name in re.findall(r"`([a-z_0-9]+)`", row)}
    assert named == {guard.name for guard in guards.GUARDS}
