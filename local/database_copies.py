"""Copies of the data of databases: what snapshots and automated backups of the emulated RDS hold.

A copy is made of the files of a PostgreSQL server while all its processes are stopped for a moment, so it is what a
crash would leave, and a server that starts from it recovers as it does after a crash. A copy is a folder that is only
ever whole and never changes, so that `local save` can copy it by hard links.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from local import processes
from local.freeze import frozen

STORES = "stores"
"""Folder of the data stores, in that of the data plane."""
ELSEWHERE = "elsewhere"
"""Name of the file that contains the path of the data when it cannot be in the folder of its server."""
PREFIX = "windlass-postgres-"
"""Begins the name of such a folder elsewhere."""
INSTANCE = "instance"
"""Name of the file beside the data that contains the resource id of the RDS instance whose data it is."""
SUPERUSER = "superuser"
"""Name of the file beside the data that contains the password of its superuser."""
COPY = "windlass_copy"
"""Attribute of an instance in moto: the copy that it started from, or in a snapshot, that was made of it."""


class DatabaseCopyError(OSError):
    """The data of a database cannot be copied: the disk is full, or a folder cannot be written."""


class DatabaseCopies:
    """The copies of a process. In a temporary folder, which goes with the process, until `use` names another."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._stores: Path | None = None
        self._lock = threading.Lock()

    def use(self, folder: Path | None, *, stores: Path) -> None:
        """Say where copies are kept, and what they are copied from.

        Args:
            folder: of the copies; `None` for a temporary one.
            stores: where the data plane has the files of its data stores.
        """
        self._folder, self._stores = folder, stores

    def take(self, identifier: str, resource_id: str) -> str | None:
        """Copy the data of an instance now; returns the id of the copy, `None` where no server has run for it.

        Raises:
            DatabaseCopyError: the disk is full, or the folder cannot be written.
        """
        if self._stores is None:
            return None
        home = data_home(self._stores / f"database-{identifier}")
        folders = data_folders(home)
        # Data without a note was written by an older Windlass, for the one instance of this name.
        if not folders or _read(home / INSTANCE) not in (None, resource_id):
            return None
        copy = secrets.token_hex(16)
        with frozen(server for data in folders for server in _servers(data)):
            copy_data(home, self._place() / copy)
        return copy

    def path(self, copy: str) -> Path | None:
        """The folder of a copy; `None` where it is not there."""
        path = self._place() / copy
        return path if copy and path.is_dir() else None

    def keep(self, copies: Iterable[str]) -> None:
        """Remove all copies but these."""
        kept, folder = set(copies), self._folder
        for path in folder.iterdir() if folder is not None and folder.is_dir() else ():
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    def _place(self) -> Path:
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="windlass-databases-"))
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            return self._folder


COPIES = DatabaseCopies()
"""One per process, like moto's backends."""


def data_home(folder: Path) -> Path:
    """The folder with the data of a store: this one, or the one that a file in it names."""
    elsewhere = _read(folder / ELSEWHERE)
    return Path(elsewhere) if elsewhere and Path(elsewhere).name.startswith(PREFIX) else folder


def data_folders(home: Path) -> list[Path]:
    """PostgreSQL's own folders in that of a store; more than one after a change of the major version."""
    return sorted(path for path in home.glob("data-*") if path.suffix != ".new" and path.is_dir())


def copy_data(source: Path, target: Path) -> None:
    """Copy what a server needs to start, as a folder that is whole or not there.

    Raises:
        DatabaseCopyError: the disk is full, or the folder cannot be written.
    """
    draft = target.with_name(f"{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(parents=True, mode=0o700)
        files = [*data_folders(source), source / SUPERUSER]
        copied = subprocess.run(
            ["cp", "--archive", "--reflink=auto", *map(str, files), str(draft)], capture_output=True, text=True
        )
        if copied.returncode != 0:
            raise DatabaseCopyError(f"{source} cannot be copied: {copied.stderr.strip()[-300:]}")
        for lock in draft.glob("data-*/postmaster.pid"):
            lock.unlink()  # the server of the source, which does not run on this data
        draft.rename(target)
    except DatabaseCopyError:
        raise
    except OSError as error:
        raise DatabaseCopyError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def copies_of(backends: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> set[str]:
    """Ids of all copies that an instance, a snapshot or an automated backup refers to.

    Args:
        backends: service → account → region → moto's backend.
    """
    return {
        copy
        for regions in backends.get("rds", {}).values()
        for backend in regions.values()
        for instance in (
            *backend.databases.values(),
            *(snapshot.database for snapshot in backend.database_snapshots.values()),
            *(backup.database for backup in getattr(backend, "windlass_automated_backups", {}).values()),
        )
        if (copy := getattr(instance, COPY, ""))
    }


def _servers(data: Path) -> list[int]:
    """The process id of the server that runs on this data; none where none does."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        # The file outlives a killed server, and its number may be another process's by now.
        is_its_own = Path(f"/proc/{pid}/cwd").samefile(data)
    except (OSError, ValueError, IndexError):
        return []
    return [pid] if is_its_own and not processes.has_ended(pid) and pid != os.getpid() else []


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None
