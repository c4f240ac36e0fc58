"""Pages that people write are wrapped, and name the same times as the commands."""

import re
import subprocess

import pytest

from cli.commands.local.apply import FIRST_RUN
from tests.support.documents import ROOT

WIDTH = 130
GENERATED = ("docs/generated/", "docs/reference/", "tests/")


def pages() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.split() if not path.startswith(GENERATED)]


@pytest.mark.parametrize("path", pages())
def test_prose_is_wrapped(path: str) -> None:
    text = re.sub(r"^```.*?^```", "", (ROOT / path).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert [line for line in text.splitlines() if len(line) > WIDTH and not line.startswith("|")] == []


def test_the_first_run_takes_as_long_in_the_readme_as_on_the_screen() -> None:
    (duration,) = re.findall(r"The first run takes (.+?) on two\s", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert FIRST_RUN.startswith(f"The first run takes {duration} on two cores")
