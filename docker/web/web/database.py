"""Connections to PostgreSQL: one pool per worker process, and a thread that opens it and monitors the database."""

import logging
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from web.revision import SchemaNotReadyError, own_revision, require
from web.settings import Settings

POOL_TIMEOUT_SECONDS = 2.0
CHECK_INTERVAL_SECONDS = 5.0
SCHEMA_INTERVAL_SECONDS = 1.0
FIRST_RETRY_SECONDS = 0.25
LAST_RETRY_SECONDS = 5.0
STATEMENT_TIMEOUT_MILLISECONDS = 5_000
IDLE_IN_TRANSACTION_TIMEOUT_MILLISECONDS = 10_000

_REASONS = (
    # Before others: the text of a missing file says that it does not exist.
    ("certificate", "TLS failed"),
    ("starting up", "starting up"),
    ("shutting down", "shutting down"),
    ("authentication failed", "authentication failed"),
    ("no pg_hba.conf entry", "authentication failed"),
    ("permission denied", "permission denied"),
    ("does not exist", "no such database or role"),
    ("too many", "too many connections"),
    ("remaining connection slots", "too many connections"),
    ("ssl", "TLS failed"),
    ("resolve", "host name not found"),
    ("translate host name", "host name not found"),
    ("refused", "connection refused"),
    ("timeout", "timed out"),
    ("timed out", "timed out"),
)

logger = logging.getLogger("web.database")


class DatabaseUnavailableError(Exception):
    """No connection is available. The message is short and safe to show to clients."""


@dataclass(frozen=True, kw_only=True)
class DatabaseState:
    """The result of the monitor's last check."""

    available: bool
    """Whether the last check succeeded."""
    reason: str
    """Why the database is unavailable, without host, user or database name; empty if it is available."""


class Database:
    """The connection pool and the state of the database, for one worker process."""

    def __init__(self, settings: Settings, *, max_connections: int) -> None:
        """Start no thread and open no connection: this runs before gunicorn forks.

        Args:
            settings: Where the database is, and the colour, which becomes the connections' application name.
            max_connections: Upper limit of the pool. The monitor uses one more connection.
        """
        self._conninfo = connection_string(settings)
        self._max_connections = max_connections
        self._needed = own_revision()
        self._pool: ConnectionPool[Connection[TupleRow]] | None = None
        self._state = DatabaseState(available=False, reason="not connected yet")
        self._stopping = False
        self._wake = threading.Event()
        self._monitor: threading.Thread | None = None

    @property
    def state(self) -> DatabaseState:
        """The result of the monitor's last check. Never blocks."""
        return self._state

    def start(self) -> None:
        """Start the monitor, which opens the pool as soon as the database accepts connections. Returns immediately."""
        self._monitor = threading.Thread(target=self._run_monitor, name="database-monitor", daemon=True)
        self._monitor.start()

    def stop(self) -> None:
        """Close all connections. Call this after the worker's last request."""
        self._stopping = True
        self._wake.set()
        if self._monitor is not None:
            self._monitor.join(timeout=2.0)
        self._close_pool()

    @contextmanager
    def connection(self) -> Iterator[Connection[TupleRow]]:
        """A connection in a transaction that ends with the block.

        Raises:
            DatabaseUnavailableError: No connection became free within 2 s, or it was lost. Raised immediately if the
                database is known to be unavailable.
        """
        pool = self._pool
        if pool is None:
            raise DatabaseUnavailableError(self._state.reason)
        try:
            with pool.connection() as connection:
                yield connection
        except psycopg.errors.QueryCanceled as error:
            raise DatabaseUnavailableError("statement timed out") from error
        except (PoolTimeout, PoolClosed) as error:
            self._wake.set()
            raise DatabaseUnavailableError(self._state.reason or "no connection free") from error
        except psycopg.OperationalError as error:
            self._wake.set()
            logger.warning("database: %s", error)
            raise DatabaseUnavailableError(reason_of(error)) from error

    def _run_monitor(self) -> None:
        # A08: RDS reports "available" 60 to 90 s before it accepts connections, and a failover takes as long. Exiting
        # would only make ECS start another task with the same problem, so this retries, at most 5 s apart.
        delay = FIRST_RETRY_SECONDS
        while not self._stopping:
            try:
                with psycopg.connect(self._conninfo, autocommit=True) as connection:
                    if self._wait_for_schema(connection):
                        self._become_available()
                        delay = FIRST_RETRY_SECONDS
                        self._ping_until_broken(connection)
            except Exception as error:  # if this thread ended, /health would report its last state forever
                logger.warning("database: unavailable, next attempt in about %.2f s: %s", delay, error)
                self._become_unavailable(reason_of(error))
                self._sleep(delay * random.uniform(0.8, 1.2))  # noqa: S311
                delay = min(delay * 2, LAST_RETRY_SECONDS)

    def _wait_for_schema(self, connection: Connection[TupleRow]) -> bool:
        """Wait for the schema revision; False if the worker stops first."""
        # A07: a separate task migrates. Polling on one connection costs the database next to nothing.
        while not self._stopping:
            try:
                require(connection, self._needed)
            except SchemaNotReadyError as error:
                if self._state.reason != str(error):
                    logger.warning("database: %s", error)
                self._become_unavailable(str(error))
                self._sleep(SCHEMA_INTERVAL_SECONDS)
            else:
                return True
        return False

    def _ping_until_broken(self, connection: Connection[TupleRow]) -> None:
        while not self._stopping:
            self._sleep(CHECK_INTERVAL_SECONDS)
            try:
                require(connection, self._needed)
            except (psycopg.OperationalError, SchemaNotReadyError):
                return  # reconnecting shows whether the database or only this connection is gone

    def _sleep(self, seconds: float) -> None:
        self._wake.wait(seconds)
        if not self._stopping:
            self._wake.clear()

    def _become_available(self) -> None:
        if self._pool is None:
            self._pool = ConnectionPool(
                self._conninfo,
                min_size=1,
                max_size=self._max_connections,
                timeout=POOL_TIMEOUT_SECONDS,
                reconnect_timeout=POOL_TIMEOUT_SECONDS,
                check=self._check,
                name="items",
                open=True,
            )
        else:
            self._pool.check()
        if not self._state.available:
            logger.info("database: available")
        self._state = DatabaseState(available=True, reason="")

    def _check(self, connection: Connection[TupleRow]) -> None:
        # One broken connection means that the database restarted or failed over. The idle connections are broken too,
        # and the pool would try them one by one with an increasing delay.
        try:
            ConnectionPool.check_connection(connection)
        except psycopg.Error:
            if pool := self._pool:
                pool.drain()
            # If the database is gone, the monitor closes the pool, and waiting requests fail immediately.
            self._wake.set()
            raise

    def _become_unavailable(self, reason: str) -> None:
        self._state = DatabaseState(available=False, reason=reason)
        self._close_pool()

    def _close_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close(timeout=1.0)


def connection_string(settings: Settings) -> str:
    """The URL's parameters, plus default timeouts for those that the URL does not set."""
    given = {name: str(value) for name, value in conninfo_to_dict(settings.database_url).items() if value is not None}
    defaults = {
        "application_name": f"web-{settings.colour}",
        "connect_timeout": "5",
        # A database that disappears (failover, a dropped route) does not close its connections: without these, a
        # request would wait for the kernel's timeout of about 15 minutes.
        "tcp_user_timeout": "5000",
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
    }
    limits = (
        f"-c statement_timeout={STATEMENT_TIMEOUT_MILLISECONDS}"
        f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MILLISECONDS}"
        " -c timezone=UTC"
    )
    options = f"{limits} {given['options']}" if "options" in given else limits
    return make_conninfo("", **{**defaults, **given, "options": options})


def reason_of(error: Exception) -> str:
    """A short reason that is safe to show to clients. The full message names host and user and is only logged."""
    text = str(error).lower()
    return next((reason for pattern, reason in _REASONS if pattern in text), "cannot connect")
