"""The README's commands are run verbatim, and their output is compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docker.conftest import StartWeb
from tests.docker.web_service import FOLDER

README = (FOLDER / "README.md").read_text()
CONSOLE = re.search(r"```console\n(.*?)```", README, re.DOTALL)
STEPS = re.findall(r"^\$ (.*)\n(.*)$", CONSOLE.group(1) if CONSOLE else "", re.MULTILINE)


def shape(text: str) -> str:
    """The text without what differs from run to run: the time of creation."""
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", "TIME", text).strip()


@pytest.mark.skipif(not any(Path(p, "curl").exists() for p in os.get_exec_path()), reason="the examples need curl")
def test_every_command_answers_what_the_readme_says(start_web: StartWeb) -> None:
    assert len(STEPS) == CONSOLE.group(1).count("$ ") == 7  # type: ignore[union-attr]
    service = start_web(VERSION="dev")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, expected in STEPS:
        local = command.replace("8000", str(service.port))
        result = subprocess.run(["bash", "-c", local], cwd=FOLDER, env={"PATH": path}, capture_output=True, text=True)
        assert shape(result.stdout) == shape(expected), f"{command}\n{result.stderr}"


def test_the_environment_table_names_every_variable_that_is_read() -> None:
    source = (FOLDER / "web" / "settings.py").read_text()
    read = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', source)) - {"DEBUG", "INFO", "WARNING", "ERROR"}
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))
    assert documented == read
