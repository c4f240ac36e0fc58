"""The test that `docs/lessons.md` names for a lesson fails without the code that keeps it."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import guards
from tests.guards import test_guards
from tests.guards.mistakes import Mistake
from tests.lessons.removals import REMOVALS, Removal
from tests.lessons.test_map import KEPT, LINK, PAGE, SHOWN, rows
from tests.support.documents import ROOT

FAILED = 1
"""pytest's exit code where a test failed; others mean that it could not run."""
WRONG_FILES = ROOT / "tests" / "config" / "wrong"
WRONG_FILE_TEST = "tests/config/test_wrong_files.py::test_a_mistake_is_named_with_file_key_value_and_what_is_allowed"
NEEDS_PROCESSES = ("tests/platform/", "tests/airflow/", "tests/airflow_image/", "tests/dataplane/")


def selection(lesson: str) -> list[str]:
    """The tests of a lesson, as arguments of pytest, without those that start platforms or components."""
    selected = []
    for text, target in LINK.findall(rows(SHOWN)[lesson]):
        path = (PAGE.parent / target).resolve()
        function = text.partition("::")[2]
        name = str(path.relative_to(ROOT))
        if path.parent == WRONG_FILES:
            selected.append(f"{WRONG_FILE_TEST}[{path.stem}]")
        elif function and not name.startswith(NEEDS_PROCESSES):
            selected.append(f"{name}::{function}")
    return selected


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files that git knows."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    folder = tmp_path_factory.mktemp("without")
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.parametrize("removal", REMOVALS, ids=str)
def test_the_test_of_a_lesson_fails_without_the_code_that_keeps_it(removal: Removal, copy: Path) -> None:
    file = copy / removal.file
    original = file.read_text(encoding="utf-8")
    assert original.count(removal.line) == 1, f"{removal.file} has this line {original.count(removal.line)} times"
    file.write_text(original.replace(removal.line, removal.instead), encoding="utf-8")
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *selection(removal.lesson)],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    finally:
        file.write_text(original, encoding="utf-8")
    assert finished.returncode == FAILED, finished.stdout[-2000:] + finished.stderr[-500:]


@pytest.mark.parametrize("mistake", test_guards.MISTAKES, ids=lambda mistake: f"{mistake.guard}: {mistake.what}")
def test_the_test_of_a_guard_fails_without_the_guard(mistake: Mistake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mistake.guard in {guard.name for guard in guards.GUARDS}
    # All others find nothing in the mistake, which the test shows where it does not fail.
    others = tuple(guard for guard in guards.GUARDS if guard.name in set(mistake.also) - {mistake.guard})
    monkeypatch.setattr(guards, "GUARDS", others)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        test_guards.test_a_mistake_is_refused_with_its_lesson_and_its_fix(mistake)


def test_every_lesson_that_code_keeps_has_a_removal_or_a_guard() -> None:
    by_guard = {guard.lesson for guard in guards.GUARDS}
    by_code = {removal.lesson for removal in REMOVALS}
    by_proof_alone = {lesson for lesson, row in rows(KEPT).items() if row.split(" | ")[1] == "proof"}
    assert set(rows(KEPT)) == by_guard | by_code | by_proof_alone
