"""Airflow's Python environment: created once, completely, by one process at a time."""

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

from local import airflow_environment
from local.airflow_environment import NAME, STAMP, AirflowEnvironmentError, ensure, find_python
from local.uv_tool import uv_variables

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose Airflow requires no packages."""
    return with_requirements(tmp_path, "# nothing\n")


def with_requirements(project: Path, text: str) -> Path:
    (project / "docker" / "airflow").mkdir(parents=True, exist_ok=True)
    (project / "docker" / "airflow" / "requirements.txt").write_text(text)
    return project


def inode(folder: Path) -> int:
    return folder.stat().st_ino


def test_an_environment_is_made_once_and_runs_a_python_for_airflow(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ensure(project)
    assert folder == project / NAME
    assert "once" in capsys.readouterr().err
    created = inode(folder)
    assert inode(ensure(project)) == created
    assert capsys.readouterr().err == ""
    shown = subprocess.run([folder / "bin" / "python", "-c", "import sys; print(sys.prefix, sys.version_info[1])"],
                           capture_output=True, text=True, check=True).stdout.split()  # fmt: skip
    assert Path(shown[0]).resolve() == folder.resolve()
    assert shown[1] in ("11", "12")


def test_other_requirements_make_it_again(project: Path) -> None:
    before = inode(ensure(project))
    with_requirements(project, "# nothing else\n")
    assert inode(ensure(project)) != before
    assert sorted(path.name for path in project.glob(f"{NAME}*")) == [NAME]


def test_a_half_made_one_is_never_used(project: Path) -> None:
    (project / NAME / "bin").mkdir(parents=True)
    (project / NAME / "bin" / "python").symlink_to(sys.executable)
    (project / f"{NAME}.new" / "bin").mkdir(parents=True)
    folder = ensure(project)
    assert (folder / STAMP).is_file()
    assert (folder / "pyvenv.cfg").is_file()


def test_one_whose_python_is_gone_is_made_again(project: Path) -> None:
    folder = ensure(project)
    (folder / "bin" / "python").unlink()
    assert (ensure(project) / "bin" / "python").exists()


def test_a_failure_leaves_the_old_one_and_says_what_uv_said(project: Path) -> None:
    before = inode(ensure(project))
    with_requirements(project, "no such package ==1\n")
    with pytest.raises(AirflowEnvironmentError, match="the output of uv is"):
        ensure(project)
    assert inode(project / NAME) == before


def test_a_link_to_another_project_is_used_and_its_target_never_changed(project: Path, tmp_path: Path) -> None:
    linked = with_requirements(tmp_path / "linked", "# nothing\n")
    (linked / NAME).symlink_to(ensure(project))
    assert (ensure(linked)).is_symlink()
    with_requirements(linked, "# something else\n")
    before = inode(project / NAME)
    assert not ensure(linked).is_symlink()
    assert inode(project / NAME) == before


def test_two_processes_make_one(project: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        folders = pool.map(ensure, [project, project])
    assert folders == [project / NAME] * 2
    assert (project / NAME / STAMP).is_file()


def test_a_python_on_the_path_that_does_not_run_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("python3.12", "python3.11"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 127\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setattr(airflow_environment.sys, "version_info", (3, 13, 0))
    assert find_python() == "3.12"  # which uv then downloads


def test_packages_come_from_where_pip_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_TRUSTED_HOST", "mirror.example")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    result = uv_variables()
    assert result["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert result["UV_INSECURE_HOST"] == "mirror.example"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")
    assert uv_variables()["UV_DEFAULT_INDEX"] == "https://other.example/simple"
