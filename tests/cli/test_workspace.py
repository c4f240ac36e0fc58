"""Windlass's own folder and the user's may be two: found from the working directory, or named by WINDLASS_ROOT."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.platform import free_port
from workspace import WINDLASS_FOLDER, Workspace, WorkspaceError, find_workspace

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def user_folder(tmp_path: Path) -> Path:
    """A folder outside of the clone that has nothing but environments."""
    folder = tmp_path / "platform"
    shutil.copytree(ROOT / "environments", folder / "environments")
    return folder


def run(*command: str | Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WINDLASS_")}
    return subprocess.run(
        list(map(str, command)), cwd=folder, env={**kept, **variables}, capture_output=True, text=True, check=False
    )


def test_it_is_found_upward_from_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    below = tmp_path / "docs" / "drafts"
    below.mkdir(parents=True)
    assert find_workspace(below, {}).root == find_workspace(tmp_path, {}).root == tmp_path
    assert find_workspace(tmp_path / "environments", {}).root == tmp_path


def test_the_nearest_one_counts(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "inner"):
        (folder / "environments").mkdir(parents=True)
    assert find_workspace(tmp_path / "inner", {}).root == tmp_path / "inner"


def test_a_variable_names_it(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    assert find_workspace(ROOT, {"WINDLASS_ROOT": str(tmp_path)}).root == tmp_path
    assert find_workspace(ROOT, {"WINDLASS_ROOT": ""}).root == ROOT


def test_a_variable_that_names_a_wrong_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=re.escape(f"WINDLASS_ROOT is '{tmp_path}', which has no folder environ")):
        find_workspace(ROOT, {"WINDLASS_ROOT": str(tmp_path)})


def test_by_default_both_folders_are_the_clone() -> None:
    workspace = find_workspace(ROOT, {})
    assert workspace == Workspace(root=ROOT, windlass_folder=ROOT)
    assert ROOT == WINDLASS_FOLDER


def test_paths_for_people_are_relative_inside_of_the_users_folder() -> None:
    workspace = Workspace(root=Path("/home/me/platform"))
    assert workspace.relative(Path("/home/me/platform/cdktf.out/stacks")) == "cdktf.out/stacks"
    assert workspace.relative(Path("/var/log")) == "/var/log"


def test_without_environments_one_sentence_says_where_was_searched(tmp_path: Path) -> None:
    ended = run(ROOT / "windlass", "check", "dev", folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"Neither {tmp_path} nor a folder above it has environments/." in ended.stderr
    assert "WINDLASS_ROOT" in ended.stderr
    assert run(sys.executable, ROOT / "main.py", folder=tmp_path).returncode == 2


@pytest.mark.parametrize("word", ["--help"])
def test_help_needs_no_environments(tmp_path: Path, word: str) -> None:
    assert run(ROOT / "windlass", word, folder=tmp_path).returncode == 0


@pytest.mark.slow
def test_check_and_synth_read_and_write_in_the_users_folder(user_folder: Path) -> None:
    (user_folder / ".env").write_text("WINDLASS_DATABASE__BACKUP_RETENTION_DAYS=none\n")
    refused = run(ROOT / "windlass", "check", "dev", folder=user_folder)
    assert refused.returncode == 2
    assert "WINDLASS_DATABASE__BACKUP_RETENTION_DAYS in .env" in refused.stderr
    (user_folder / ".env").unlink()
    below = user_folder / "docs"
    below.mkdir()
    assert run(ROOT / "windlass", "check", "dev", folder=below).returncode == 0
    assert run(ROOT / "windlass", "synth", "dev", folder=below).stdout.split() == [
        f"cdktf.out/stacks/dev-{layer}" for layer in ("bootstrap", "network", "data", "service")
    ]
    shutil.rmtree(user_folder / "cdktf.out")
    by_main = run(sys.executable, ROOT / "main.py", folder=below, WINDLASS_ENVIRONMENT="dev")
    assert by_main.returncode == 0, by_main.stderr
    assert (user_folder / "cdktf.out" / "stacks" / "dev-network" / "cdk.tf.json").exists()


@pytest.fixture
def ports(user_folder: Path) -> Iterator[dict[str, str]]:
    """Ports of its own for the embedded AWS of the folder, which is stopped in the end."""
    names = ("DATABASE__PORT", "LOAD_BALANCER__HTTP_PORT", "LOAD_BALANCER__HTTPS_PORT")
    variables = {f"WINDLASS_{name}": str(free_port()) for name in names}
    variables["WINDLASS_AWS__ENDPOINT_URL"] = f"http://127.0.0.1:{free_port()}"
    yield variables
    assert run(ROOT / "windlass", "local", "down", folder=user_folder, **variables).returncode == 0


@pytest.mark.slow
def test_a_plan_of_the_users_folder_keeps_everything_there(user_folder: Path, ports: dict[str, str]) -> None:
    for command in (["local", "up"], ["bootstrap", "local", "--yes"], ["plan", "local", "--layer", "network"]):
        ended = run(ROOT / "windlass", *command, folder=user_folder, **ports)
        assert ended.returncode == 0, ended.stderr
    assert "network: " in ended.stdout
    assert {path.name for path in user_folder.iterdir()} == {"environments", "cdktf.out", ".windlass"}
    assert (user_folder / ".windlass" / "embedded-aws" / "process.json").exists()
