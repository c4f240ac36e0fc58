"""Replacements for container images: a program on this machine, with the folders and files of the image."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.dataplane.search_path import PYTHON_FOLDER, SYSTEM_PATH

STAND_INS = Path(__file__).resolve().parent / "stand_ins"
AIRFLOW_ENVIRONMENT = ".venv-airflow"
"""Folder of Airflow's own Python environment, inside Windlass's folder."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What a process needs of an image."""

    command: tuple[str, ...]
    """The image's CMD."""
    entry_point: tuple[str, ...] = ()
    """The image's ENTRYPOINT."""
    working_folder: str = "/"
    """The image's WORKDIR."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The image's ENV."""
    programs: tuple[Path, ...] = (PYTHON_FOLDER,)
    """Folders of this machine at the front of the container's PATH."""
    user: str = "root"
    """Name of the image's user."""
    user_id: int = 0
    group_id: int = 0
    home: str = "/root"
    """The user's home directory in the container."""
    content: Mapping[str, Path] = field(default_factory=dict)
    """Path in the container → file or folder of this machine that is mounted there, read-only."""
    writable: tuple[str, ...] = ()
    """Folders of the image that its user may write to, unless the task definition says `readonlyRootFilesystem`."""

    @property
    def search_path(self) -> str:
        """The PATH of its containers."""
        return ":".join([*map(str, self.programs), SYSTEM_PATH])


def programs(windlass_folder: Path) -> dict[str, Program]:
    """Last part of the repository's name → program. `windlass_folder` contains their files."""
    return {
        "web": Program(
            command=("python", "-m", "web"),
            working_folder="/app",
            environment={"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            user="web",
            user_id=10001,
            group_id=10001,
            home="/app",
            content={"/app": windlass_folder / "docker" / "web"},
        ),
        "airflow": _airflow(windlass_folder / AIRFLOW_ENVIRONMENT),
        "git-sync": Program(
            command=(),
            entry_point=("python", "-I", "/git_sync.py"),
            user="git-sync",
            user_id=65533,
            home="/tmp",  # noqa: S108 (in the container)
            content={"/git_sync.py": STAND_INS / "git_sync.py"},
        ),
    }


def _airflow(environment: Path) -> Program:
    """The official Airflow image: its own Python environment, its user and home, and an equivalent entry point."""
    entry_point = "/entrypoint.py"
    return Program(
        command=(),
        entry_point=(str(PYTHON_FOLDER / "dumb-init"), "--", "python", "-I", entry_point),
        working_folder="/opt/airflow",
        environment={
            "AIRFLOW_HOME": "/opt/airflow",
            "AIRFLOW_UID": "50000",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "DUMB_INIT_SETSID": "1",
            "GUNICORN_CMD_ARGS": "--worker-tmp-dir /dev/shm",
            "PYTHONUNBUFFERED": "1",
        },
        programs=(environment / "bin",),
        user="airflow",
        user_id=50000,
        home="/home/airflow",
        content={entry_point: STAND_INS / "airflow_entry_point.py"},
        writable=("/opt/airflow", "/home/airflow"),
    )


class UnknownImageError(LookupError):
    """There is no program to run in place of an image.

    Attributes:
        next_step: what a person can do about it.
    """

    def __init__(self, message: str, *, next_step: str) -> None:
        super().__init__(message)
        self.next_step = next_step


def program_of(image: str, table: Mapping[str, Program]) -> Program:
    """The program for an image reference such as `registry/windlass-local/web:0.1.0`.

    Args:
        image: the reference; only the last part of the repository's name counts.
        table: that part → program.

    Raises:
        UnknownImageError: the table has no such entry, or the program is not installed.
    """
    repository = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    if repository not in table:
        raise UnknownImageError(
            f"image {image} cannot run here: there is no container engine, and no program replaces the image "
            f"{repository!r} (only {', '.join(table)})",
            next_step=f"add a program for {repository!r} to programs() in local/dataplane/containers/images.py and run "
            "./windlass local up, or remove the service from the local environment file",
        )
    program = table[repository]
    for folder in program.programs:
        if not folder.is_dir():
            raise UnknownImageError(
                f"image {image} cannot run here: {folder} is missing",
                next_step="install it: ./windlass local up",
            )
    return program


def interpreter_folders(program: Program, windlass_folder: Path) -> list[Path]:
    """Folders that must stay visible at their own paths, because Python environments contain absolute paths."""
    folders = [windlass_folder]
    for folder in (*program.programs, PYTHON_FOLDER):
        # A linked environment: the link is in Windlass's folder, its target may be anywhere.
        folders.append(folder.parent.resolve() if folder.parent.is_symlink() else folder.parent)
        python = shutil.which("python", path=str(folder))
        if python:
            folders.append(Path(python).resolve().parent.parent)
    return list(dict.fromkeys(folders))
