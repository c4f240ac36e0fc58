"""What the Makefile, the CI script and their helpers promise, as far as it can be checked without installing."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
TARGETS = (
    "install",
    "local",
    "clean-local",
    "test",
    "test-airflow",
    "test-fast",
    "lint",
    "format",
    "bench",
    "lock",
    "synth",
)


def run(*command: str, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    environment.pop("MAKEFLAGS", None)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_make_alone_lists_every_target():
    shown = run("make").stdout
    for target in TARGETS:
        assert f"make {target} " in shown


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_says_what_it_would_run(target: str):
    assert run("make", "--dry-run", target).returncode == 0


def test_arguments_for_pytest_are_passed_on():
    command = run("make", "--dry-run", "test", "PYTEST_ARGS=-k one").stdout
    assert "-m pytest -n 4 --no-loadscope-reorder -k one" in command


def fake_python(folder: Path, version: str) -> Path:
    """A Python that says it is of another version."""
    major, minor = version.split(".")
    script = folder / "python"
    script.write_text(
        f"""#!/bin/sh
case "$2" in
    *print*) echo {version} ;;
    *sys.exit*) [ {major}{minor} -ge 311 ] && [ {major}{minor} -lt 314 ] ;;
esac
"""
    )
    script.chmod(0o755)
    return script


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.14"])
def test_an_unsuitable_python_gets_one_sentence(tmp_path: Path, version: str):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "install.sh").write_text((ROOT / "scripts" / "install.sh").read_text())
    python = fake_python(tmp_path, version)
    finished = run("sh", "scripts/install.sh", folder=tmp_path, PYTHON=str(python), PIPENV_VERSION="1")
    assert finished.returncode == 1
    assert finished.stderr.startswith(f"Python {version} is not one of 3.11, 3.12, 3.13.")
    assert finished.stderr.count("\n") == 1
    assert not (tmp_path / ".venv").exists()


def test_a_missing_python_gets_one_sentence(tmp_path: Path):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "install.sh").write_text((ROOT / "scripts" / "install.sh").read_text())
    finished = run("sh", "scripts/install.sh", folder=tmp_path, PYTHON="python-of-nobody", PIPENV_VERSION="1")
    assert finished.returncode == 1
    assert "make install PYTHON=" in finished.stderr


@pytest.mark.slow
def test_what_is_installed_is_what_the_lock_says():
    finished = run(sys.executable, "-m", "scripts.sync", "--dry-run")
    assert finished.returncode == 0, finished.stderr
    assert "Would make no changes" in finished.stderr


def test_the_list_says_what_else_clean_local_deletes():
    (line,) = [line for line in run("make", "help").stdout.splitlines() if "clean-local" in line]
    assert "with its saved copies and DAG repositories" in line


def test_the_lock_names_no_index():
    lock = json.loads((ROOT / "Pipfile.lock").read_text())
    assert lock["_meta"]["sources"] == []
    assert all("index" not in package for group in ("default", "develop") for package in lock[group].values())


@pytest.mark.parametrize("name", ["windlass", ".ci/run", "scripts/install.sh"])
def test_scripts_are_executable_and_plain_sh(name: str):
    script = ROOT / name
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/bin/sh\n")
    assert run("sh", "-n", str(script)).returncode == 0


def test_pre_commit_fetches_nothing():
    config = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"repo: (\S+)", config) == ["local"]
