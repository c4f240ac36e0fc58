"""Parts of an environment that run on this machine, and the repositories that stand for remote ones."""

import fnmatch
import subprocess
from pathlib import Path

import pytest

from cli.parts import make_repository, parts_of, prepare_airflow, repository_folder, skipped_services
from cli.project import Project
from config import load

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("windlass-local-web-blue", "windlass-local-web-green", "windlass-local-airflow-scheduler")


@pytest.mark.parametrize(
    ("parts", "left"), [(("web",), NAMES[:2]), (("airflow",), NAMES[2:]), (("web", "airflow"), NAMES), ((), ())]
)
def test_a_part_runs_its_own_services_only(parts: tuple[str, ...], left: tuple[str, ...]) -> None:
    environment = load("local", ROOT)
    assert parts_of(environment) == ("web", "airflow")
    patterns = skipped_services(environment, parts)
    assert tuple(n for n in NAMES if not any(fnmatch.fnmatchcase(n, pattern) for pattern in patterns)) == left


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("https://git.windlass.localhost/dags.git", "git.windlass.localhost/dags.git"),
        ("ssh://git@git.windlass.localhost:2222/team/dags.git", "git.windlass.localhost/team/dags.git"),
        ("git@github.com:acme/dags.git", "github.com/acme/dags.git"),
    ],
)
def test_a_remote_repository_has_a_folder_on_this_machine(url: str, folder: str) -> None:
    project = Project(root=ROOT)
    assert repository_folder(project, url) == ROOT / ".windlass" / "repositories" / folder


def test_a_repository_is_made_once_with_the_sample_dags(tmp_path: Path) -> None:
    folder = tmp_path / "host" / "dags.git"
    make_repository(folder, ROOT / "local" / "sample_dags", branch="main", sub="team")
    shown = subprocess.run(
        ["git", "-C", str(folder), "ls-tree", "-r", "--name-only", "main"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == ["team/hello.py"]


def test_preparing_again_leaves_what_somebody_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.airflow_environment.ensure", lambda _project: None)
    project = Project(root=tmp_path)
    environment = load("local", ROOT)
    prepare_airflow(project, environment)
    folder = repository_folder(project, "https://git.windlass.localhost/dags.git")
    (folder / "description").write_text("mine")
    prepare_airflow(project, environment)
    assert (folder / "description").read_text() == "mine"
