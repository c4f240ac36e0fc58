"""Which services of an environment run on this machine, and what Airflow needs there beside the Python packages."""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cli.errors import CommandError
from cli.project import Project
from cli.running.heartbeat import heartbeat
from local.airflow_environment import AirflowEnvironmentError, ensure

if TYPE_CHECKING:
    from config import Environment

WEB, AIRFLOW = "web", "airflow"
PARTS = (WEB, AIRFLOW)
SAMPLE_DAGS = "sample_dags"


def parts_of(environment: "Environment") -> tuple[str, ...]:
    """The parts that the environment file has."""
    has = {WEB: bool(environment.services), AIRFLOW: environment.airflow is not None}
    return tuple(part for part in PARTS if has[part])


def skipped_services(environment: "Environment", parts: Iterable[str]) -> tuple[str, ...]:
    """Patterns of the names of ECS services that belong to no chosen part."""
    prefix = environment.prefix
    web = [pattern for name in environment.services for pattern in (f"{prefix}-{name}", f"{prefix}-{name}-*")]
    return (*(() if WEB in parts else web), *(() if AIRFLOW in parts else (f"{prefix}-airflow-*",)))


def prepare_airflow(project: Project, environment: "Environment") -> None:
    """Install Airflow's packages, and create a repository with a sample DAG for each remote one that the file names.

    Raises:
        CommandError: one of these failed.
    """
    try:
        with heartbeat("installing Airflow's packages"):
            ensure(project.workspace.windlass_folder)
    except AirflowEnvironmentError as error:
        raise CommandError(str(error)) from error
    dags = environment.airflow.dags if environment.airflow is not None else None
    for repository in getattr(dags, "repositories", {}).values():
        folder = repository_folder(project, repository.url)
        if not folder.exists():
            sample = project.workspace.windlass_folder / "local" / SAMPLE_DAGS
            make_repository(folder, sample, branch=repository.ref, sub=repository.subdir)


def install_airflow_in_background(project: Project, parts: Iterable[str]) -> None:
    """Begin to install Airflow's packages in the background, where Airflow is one of the parts.

    `prepare_airflow` waits for the end of it, and says what went wrong.
    """

    def install() -> None:
        with suppress(AirflowEnvironmentError):
            ensure(project.workspace.windlass_folder, quiet=True)

    if AIRFLOW in parts:
        threading.Thread(target=install, name="install-airflow", daemon=True).start()


def repository_folder(project: Project, url: str) -> Path:
    """The folder of the local repository that stands in for a remote one."""
    parts = urlsplit(url if "://" in url else "ssh://" + url.replace(":", "/", 1))
    return project.workspace.repositories_folder / str(parts.hostname) / parts.path.lstrip("/")


def make_repository(folder: Path, content: Path, *, branch: str, sub: str | None) -> None:
    """A bare git repository with one commit.

    Raises:
        CommandError: git is missing, or refused.
    """
    if shutil.which("git") is None:
        raise CommandError("git was not found; install it, or run without Airflow: ./windlass local up --with web")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        shutil.copytree(content, work / (sub or ""), dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        identity = ["-c", "user.name=Windlass", "-c", "user.email=windlass@localhost", "-c", "commit.gpgsign=false"]
        commands = [
            ["init", "--quiet", f"--initial-branch={branch}"],
            ["add", "--all"],
            [*identity, "commit", "--quiet", "--message", "Sample DAGs"],
            ["clone", "--quiet", "--bare", ".", str(folder)],
        ]
        for command in commands:
            done = subprocess.run(["git", *command], cwd=work, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise CommandError(f"git {command[-1]} failed: {done.stderr.strip()}")
