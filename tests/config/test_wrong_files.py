"""Every wrong environment file is refused with a sentence that names the key, its value, and what is allowed."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from config import ConfigurationError, load
from config.errors import MISSING, Problem
from tests.support.platform import copy_project
from tests.support.wrong import RIGHT, WRONG, Wrong, read_wrong

FIX = re.compile("allowed|is required:|leave it out|keep it in|is not TOML")
"""Words with which a message says what to do."""

THROUGH_THE_COMMAND_LINE = (
    "file-table-without-end",
    "database-password-in-the-file",
    "service-cpu-and-memory-no-pair",
    "setting-with-a-nul",
    "tag-key-has-a-dollar",
)


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("WINDLASS_"):
            monkeypatch.delenv(name)


def problems(root: Path, wrong: Wrong) -> tuple[str, tuple[Problem, ...]]:
    (root / "environments").mkdir()
    (root / "environments" / "tried.toml").write_text(wrong.text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load("tried", root)
    return str(caught.value), caught.value.problems


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_what_the_wrong_files_change_is_right(path: Path, tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "tried.toml").write_text(path.read_text())
    assert load("tried", tmp_path).project == "shop"


def test_there_are_more_than_a_hundred_mistakes() -> None:
    assert len(WRONG) > 100


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_a_mistake_is_named_with_file_key_value_and_what_is_allowed(path: Path, tmp_path: Path) -> None:
    wrong = read_wrong(path)
    text, mistakes = problems(tmp_path, wrong)
    assert text.startswith("environments/tried.toml has ")
    assert all(FIX.search(problem.message) for problem in mistakes), text
    at_the_key = [problem for problem in mistakes if (problem.key or "the file") == wrong.key]
    problem = next((problem for problem in at_the_key if wrong.says in problem.message), None)
    assert problem is not None, text
    assert f"  {wrong.key}" in text
    assert " = {" not in text, "a table is not a value"
    assert not re.search(r"\('[^']*',", text), "a path is written as TOML writes it"
    if isinstance(wrong.value, str | int | float) and problem.value is not MISSING:
        assert problem.value == wrong.value
        assert re.search(rf"^  {re.escape(wrong.key)} = ", text, flags=re.MULTILINE)


def text_of(name: str, tmp_path: Path) -> str:
    return problems(tmp_path, read_wrong(next(path for path in WRONG if path.stem == name)))[0]


def test_a_value_that_nobody_wrote_is_called_the_default(tmp_path: Path) -> None:
    assert "  services.api.priority = 100   (the default)\n      is already used by services.web" in text_of(
        "service-priority-taken", tmp_path
    )


def test_a_value_of_the_file_is_not(tmp_path: Path) -> None:
    assert "(the default)" not in text_of("airflow-priority-taken", tmp_path)


def test_a_file_without_services_is_not_told_what_services_need(tmp_path: Path) -> None:
    text = text_of("file-empty", tmp_path)
    assert "services\n      is empty; allowed: at least one service" in text
    assert "certificate" not in text
    assert "host_names" not in text


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, whose command line looks into its own `environments/`."""
    root = tmp_path_factory.mktemp("project")
    copy_project(root)
    return root


@pytest.mark.slow
@pytest.mark.parametrize("name", THROUGH_THE_COMMAND_LINE)
@pytest.mark.parametrize("command", [("./windlass", "check"), ("./windlass", "synth")], ids=lambda words: words[1])
def test_the_command_line_ends_with_2_and_writes_nothing(project: Path, name: str, command: tuple[str, ...]) -> None:
    wrong = read_wrong(next(path for path in WRONG if path.stem == name))
    (project / "environments" / "tried.toml").write_text(wrong.text, encoding="utf-8")
    run = subprocess.run([*command, "tried"], cwd=project, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 2, run.stderr
    assert wrong.says in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""
    assert not (project / "cdktf.out").exists()
