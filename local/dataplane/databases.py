"""The PostgreSQL servers of the platform: one for each RDS instance, with the roles that containers log in as."""

import logging
import re
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from local.dataplane.certificates import Certificates
from local.dataplane.ledger import Ledger
from local.dataplane.postgres import DatabaseError, Postgres
from local.dataplane.surroundings import MissingSecretError, Ports, SecretReader, secret_value
from local.dataplane.wishes import Database, Wishes

logger = logging.getLogger(__name__)

POSTGRES_URL = re.compile(r"postgres(ql)?(\+\w+)?://")
DEFAULT_PORT = 5432
RETRY_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Login:
    """What a container's URL of the database says."""

    role: str
    password: str
    database: str


class Databases:
    """Starts and stops servers, and keeps passwords in step with the secrets. Nothing here waits; a thread works.

    Args:
        folder: a folder in it for each instance.
        ledger: starts processes.
        ports: gives ports.
        certificates: makes certificates.
        read_secret: reads a secret.
    """

    def __init__(
        self, folder: Path, *, ledger: Ledger, ports: Ports, certificates: Certificates, read_secret: SecretReader
    ) -> None:
        self._folder, self._ledger, self._ports, self._certificates = folder, ledger, ports, certificates
        self._read_secret = read_secret
        self._servers: dict[str, Postgres] = {}
        self._problems: dict[str, str] = {}
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="databases")
        self._work: Future[None] | None = None
        self._done: Any = None
        self._retry_at = 0.0

    def advance(self, wishes: Wishes, now: float) -> None:
        """Begin what is to be done, unless something is being done already."""
        if self._work is not None:
            if not self._work.done():
                return
            self._work.result()
            self._work = None
            if self._problems:
                self._retry_at = now + RETRY_SECONDS
        ended = any(not server.is_running for server in self._servers.values())
        state = (wishes.databases, wishes.secrets_revision, tuple(sorted(wishes.definitions)))
        if state != self._done or ended or (self._problems and now >= self._retry_at):
            self._done = state
            self._work = self._worker.submit(self._reconcile, wishes)

    def description(self, wishes: Wishes) -> list[dict[str, Any]]:
        """For people: each instance, and what is wrong with it."""
        return [
            {
                "identifier": each.identifier,
                "port": each.port,
                "running": each.identifier in self._servers and self._servers[each.identifier].is_running,
                "problem": self._problems.get(each.identifier, ""),
            }
            for each in wishes.databases
        ]

    def is_settled(self, wishes: Wishes) -> bool:
        """Whether every wanted server runs with its roles, or has a problem that somebody has to solve."""
        wanted = {each.identifier for each in wishes.databases}
        idle = self._work is None or self._work.done()
        return idle and wanted <= self._servers.keys() | self._problems.keys()

    def stop(self) -> None:
        """Stop all servers; the data stays."""
        self._worker.shutdown(wait=True, cancel_futures=True)
        for server in self._servers.values():
            server.stop()

    def _reconcile(self, wishes: Wishes) -> None:
        wanted = {each.identifier: each for each in wishes.databases}
        for identifier in list(self._servers):
            if identifier not in wanted or wanted[identifier].port != self._servers[identifier].port:
                self._servers.pop(identifier).stop()
        self._problems = {}
        for identifier, database in wanted.items():
            try:
                self._keep(database, wishes)
            except (DatabaseError, OSError) as error:
                logger.warning("database %s: %s", identifier, error)
                self._problems[identifier] = str(error)

    def _keep(self, database: Database, wishes: Wishes) -> None:
        server = self._servers.get(database.identifier)
        if server is None:
            server = Postgres(
                self._folder / database.identifier,
                port=database.port,
                major_version=database.major_version,
                certificate=self._certificates.for_names("database", [database.address]),
                ledger=self._ledger,
                ports=self._ports,
            )
            server.start()
            self._servers[database.identifier] = server
            logger.info("database %s: PostgreSQL listens on port %d", database.identifier, database.port)
        elif not server.is_running:
            server.stop()
            server.start()
        for login in dict.fromkeys(self._logins(database, wishes)):
            names = dict.fromkeys(name for name in (login.database, database.database_name) if name)
            server.ensure(login.role, login.password, names)

    def _logins(self, database: Database, wishes: Wishes) -> Iterable[Login]:
        for definition in wishes.definitions.values():
            for container in definition.containers:
                for source in container.secrets.values():
                    try:
                        text = secret_value(source, self._read_secret)
                    except MissingSecretError:
                        continue  # whoever needs it will say so when it starts
                    yield from login_of(text, database)
                for text in container.environment.values():
                    yield from login_of(text, database)


def login_of(text: str, database: Database) -> Iterable[Login]:
    """The login in a value, if it is a URL of this database."""
    if not POSTGRES_URL.match(text):
        return
    try:
        parts = urlsplit(text)
        port = parts.port or DEFAULT_PORT
    except ValueError:
        return
    if (parts.hostname, port) == (database.address.lower(), database.port) and parts.username and parts.password:
        yield Login(
            role=unquote(parts.username), password=unquote(parts.password), database=unquote(parts.path.strip("/"))
        )
