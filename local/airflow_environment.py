"""Airflow's own Python environment: its dependencies conflict with cdktf's.

`.venv-airflow` replaces the Python of the official image. uv creates it from `docker/airflow/requirements.txt`.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.uv_tool import uv_command, uv_variables

NAME = ".venv-airflow"
STAMP = ".windlass-stamp"
"""File in it with the hash of its requirements; written last."""
VERSIONS = ("3.12", "3.11")
"""Pythons that both Airflow 3.1 with FAB and Windlass support; the image's comes first. FAB does not support 3.13."""
_NICE = shutil.which("nice")
RECIPE = 1
"""Raise it if the environment must be recreated although the requirements did not change."""


class AirflowEnvironmentError(RuntimeError):
    """The environment cannot be created; `str()` is a sentence for people."""


def ensure(project: Path, *, quiet: bool = False) -> Path:
    """Return the folder of the environment; create it if it is missing or its requirements changed.

    Creating takes a minute or two and is announced on standard error. Safe for concurrent processes; an incomplete
    environment never has the name. Stop what runs from the old one first: the new one replaces it.

    Args:
        project: the project's folder; `.venv-airflow` in it may be a link to another project's.
        quiet: run in the background: write the output of uv to the log, also on a terminal that something else writes
            to, and leave the processor to others.

    Raises:
        AirflowEnvironmentError: the installation failed.
    """
    requirements = project / "docker" / "airflow" / "requirements.txt"
    stamp = _stamp(requirements)
    folder = project / NAME
    if not _fits(folder, stamp):
        with _exclusively(project / ".windlass" / "airflow-environment.lock"):
            if not _fits(folder, stamp):  # another process may have created it in the meantime
                _create(project, requirements, stamp, quiet=quiet)
    return folder


def find_python() -> str:
    """Return a Python for Airflow, from the PATH or from pyenv; otherwise the version that uv should download."""
    for version in VERSIONS:
        for candidate in _candidates(version):
            if _version_of(candidate) == version:
                return str(candidate)
    return VERSIONS[0]


def _stamp(requirements: Path) -> str:
    return f"{RECIPE} {hashlib.sha256(requirements.read_bytes()).hexdigest()}\n"


def _fits(folder: Path, stamp: str) -> bool:
    """Whether it is complete and up to date, and its Python still exists."""
    try:
        return (folder / STAMP).read_text() == stamp and (folder / "bin" / "python").exists()
    except OSError:
        return False


@contextmanager
def _exclusively(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another process is creating Airflow's environment; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _create(project: Path, requirements: Path, stamp: str, *, quiet: bool) -> None:
    python = find_python()
    count = sum(1 for line in requirements.read_text().splitlines() if line[:1].isalnum())
    log = project / ".windlass" / "logs" / "airflow-environment.log"
    _say(f"Installing Airflow and {count - 1} packages into {NAME} with Python {python}; a minute or two, once.")
    unfinished, old = project / f"{NAME}.new", project / f"{NAME}.old"
    for leftover in (unfinished, old):
        shutil.rmtree(leftover, ignore_errors=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    # Relocatable, because it is renamed when it is complete.
    _run(["venv", "--relocatable", "--python", python, str(unfinished)], log, quiet=quiet)
    install = ["pip", "install", "--python", str(unfinished / "bin" / "python"), "--no-deps", "--require-hashes"]
    # Without compiled bytecode every component takes a minute to start.
    _run([*install, "--compile-bytecode", "--requirements", str(requirements)], log, quiet=quiet)
    (unfinished / STAMP).write_text(stamp)
    folder = project / NAME
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        folder.replace(old)
    unfinished.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
    _say(f"Installed Airflow into {NAME}.")


def _run(arguments: list[str], log: Path, *, quiet: bool) -> None:
    """Run uv, with its output on the terminal if there is one, otherwise in the log."""
    terminal = sys.stderr.isatty() and not quiet
    # In the background it takes only the processor time that what it runs beside leaves.
    politely = [_NICE, "-n", "10"] if quiet and _NICE else []
    with log.open("ab") as file:
        output = None if terminal else file
        done = subprocess.run(
            [*politely, *uv_command(), *arguments], env=uv_variables(), stdout=output, stderr=output, check=False
        )
    if done.returncode != 0:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        where = "above" if terminal else f"in {log}, which ends with\n" + last
        raise AirflowEnvironmentError(f"Airflow's environment could not be created; the output of uv is {where}")


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    if ".".join(map(str, sys.version_info[:2])) == version:
        yield Path(sys.base_prefix) / "bin" / name
    for folder in os.get_exec_path():
        yield Path(folder) / name
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"), reverse=True)


def _version_of(python: Path) -> str:
    """Return its minor version; empty if it does not run (pyenv puts such shims on the PATH)."""
    if not os.access(python, os.X_OK):
        return ""
    check = "import ssl, sqlite3, sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", check], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
