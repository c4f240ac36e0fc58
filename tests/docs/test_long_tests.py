"""What takes too long for CI has passed: each part of `make test-long` has its line."""

import subprocess
import sys

import pytest

from scripts import long_tests
from scripts.long_tests import PARTS, Part, load, page

NAMES = [part.name for part in PARTS]


@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_the_last_run_of_each_part_has_passed(part: Part) -> None:
    result = load().get(part.name)
    assert result is not None, f"{part.name} has never run; make test-long runs it"
    assert result.outcome == "passed", f"{part.name}: {result.outcome}: {result.summary}"
    assert result.minutes <= part.limit_minutes


def test_the_page_shows_the_results() -> None:
    assert long_tests.DOCUMENT.read_text() == page(load()), "make test-long writes it"
    assert set(load()) == set(NAMES), "a part was renamed: run it, and delete the old name's result"


@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_a_part_is_at_most_an_hour(part: Part) -> None:
    assert 0 < part.limit_minutes <= 60


def test_nothing_but_the_limit_of_its_part_ends_a_long_test() -> None:
    command = [*long_tests.command_of(PARTS[0]), "--collect-only"]
    printed = subprocess.run(command, cwd=long_tests.ROOT, capture_output=True, text=True).stdout
    assert "collected" in printed
    assert "timeout:" not in printed, "pytest-timeout would end it sooner"


def test_every_long_test_is_in_exactly_one_part() -> None:
    command = [sys.executable, "-m", "pytest", "--long", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/long"]
    listed = subprocess.run(command, cwd=long_tests.ROOT, capture_output=True, text=True)
    assert listed.returncode == 0, listed.stdout + listed.stderr
    collected = [line for line in listed.stdout.splitlines() if "::" in line]
    assert collected
    for test in collected:
        assert [part.name for part in PARTS if any(_selects(name, test) for name in part.tests)] in [
            [name] for name in NAMES
        ]
    for name in (name for part in PARTS for name in part.tests):
        assert any(_selects(name, test) for test in collected), f"{name} selects nothing"


def _selects(name: str, test: str) -> bool:
    """Whether an argument of pytest, a file or a test of it, selects a test."""
    return test == name or test.startswith((f"{name}::", f"{name}["))
