"""The stand-ins for images do what the images do, as far as Windlass's task definitions need it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.dataplane.containers.images import STAND_INS
from tests.support.postgres import free_port


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
    result = subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True, text=True)
    return result.stdout.strip()


def commit(repository: Path, text: str) -> str:
    (repository / "dag.py").write_text(text)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", text)
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def sync_once(repository: Path, root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(STAND_INS / "git_sync.py"), f"--repo=file://{repository}", "--ref=main"]
    command += [f"--root={root}", "--link=current", "--depth=1", "--one-time", "--stale-worktree-timeout=1h"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_git_sync_points_a_link_at_a_worktree_of_each_commit(repository: Path, tmp_path: Path) -> None:
    root = tmp_path / "dags" / "team"
    for text in ("one", "two"):
        head = commit(repository, text)
        assert sync_once(repository, root).returncode == 0
        assert (root / "current").is_symlink()
        assert (root / "current").resolve() == root / ".worktrees" / head
        assert (root / "current" / "dag.py").read_text() == text
    assert [path.name for path in (root / ".worktrees").iterdir()] == [head], "the older worktree is gone"


def test_git_sync_fails_once_without_a_repository(tmp_path: Path) -> None:
    result = sync_once(tmp_path / "nowhere", tmp_path / "dags")
    assert result.returncode == 1
    assert "does not" in result.stderr


def entry_point(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(STAND_INS / "airflow_entry_point.py"), *words]
    # Not every machine has a `python` besides `python3`; the image has, and so has a virtualenv.
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "CONNECTION_CHECK_SLEEP_TIME": "0", **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_entry_point_runs_python_and_bash_unchanged() -> None:
    assert entry_point("python", "-c", "print('hello')").stdout == "hello\n"
    assert entry_point("bash", "-c", "echo hello").stdout == "hello\n"


def test_the_entry_point_adds_airflow_to_its_subcommands(tmp_path: Path) -> None:
    program = tmp_path / "airflow"
    program.write_text('#!/bin/sh\necho "airflow received: $*"\n')
    program.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    for words in (("scheduler", "--pid", "x"), ("airflow", "scheduler", "--pid", "x")):
        assert entry_point(*words, PATH=path).stdout == "airflow received: scheduler --pid x\n"


def test_the_entry_point_names_the_missing_connection_without_its_password() -> None:
    port = free_port()
    url = f"rediss://default:very-secret@broker.test@localhost:{port}/0"
    result = entry_point("celery", "worker", AIRFLOW__CELERY__BROKER_URL=url, CONNECTION_CHECK_MAX_COUNT="2")
    assert result.returncode == 1
    assert (
        f"the broker at localhost:{port} (AIRFLOW__CELERY__BROKER_URL) cannot be reached after 2 attempts"
        in result.stderr
    )
    assert "very-secret" not in result.stdout + result.stderr
