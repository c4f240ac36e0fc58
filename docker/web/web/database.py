"""The way to PostgreSQL: a pool per worker process, and a watcher that opens it and says how the database does."""

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
    """No connection is to be had now; the message is a few words that are safe to show to anybody."""


@dataclass(frozen=True, kw_only=True)
class DatabaseState:
    """What the watcher saw last."""

    available: bool
    """Whether the last contact was good."""
    reason: str
    """Why not, in a few words without host, user or database; empty where available."""


class Database:
    """Connections for requests, and the state of the database, for one worker process."""

    def __init__(self, settings: Settings, *, max_connections: int) -> None:
        """Prepare, without a thread or a connection: this runs before gunicorn forks.

        Args:
            settings: Where the database is, and the colour, which becomes the connections' application name.
            max_connections: Upper limit of the pool. The watcher holds one connection more.
        """
        self._conninfo = connection_string(settings)
        self._max_connections = max_connections
        self._needed = own_revision()
        self._pool: ConnectionPool[Connection[TupleRow]] | None = None
        self._state = DatabaseState(available=False, reason="not connected yet")
        self._stopping = False
        self._wake = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def state(self) -> DatabaseState:
        """What the watcher saw last; never waits."""
        return self._state

    def start(self) -> None:
        """Start the watcher, which opens the pool as soon as the database answers; returns at once."""
        self._watcher = threading.Thread(target=self._watch, name="database-watcher", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """Close all connections; for a worker that has finished its last request."""
        self._stopping = True
        self._wake.set()
        if self._watcher is not None:
            self._watcher.join(timeout=2.0)
        self._close_pool()

    @contextmanager
    def connection(self) -> Iterator[Connection[TupleRow]]:
        """A connection with a transaction that ends with the block.

        Raises:
            DatabaseUnavailableError: There is none within two seconds (at once where the watcher knows), or it broke.
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

    def _watch(self) -> None:
        # A08: RDS says "available" 60 to 90 s before it accepts connections, and a fail-over takes as long. To exit
        # would only make ECS start a task with the same problem, so this waits, at most five seconds at a time.
        delay = FIRST_RETRY_SECONDS
        while not self._stopping:
            try:
                with psycopg.connect(self._conninfo, autocommit=True) as connection:
                    if self._waited_for_schema(connection):
                        self._become_available()
                        delay = FIRST_RETRY_SECONDS
                        self._ping_until_broken(connection)
            except Exception as error:  # nothing may end this thread: /health would show its last state for ever
                logger.warning("database: unavailable, next attempt in about %.2f s: %s", delay, error)
                self._become_unavailable(reason_of(error))
                self._sleep(delay * random.uniform(0.8, 1.2))  # noqa: S311
                delay = min(delay * 2, LAST_RETRY_SECONDS)

    def _waited_for_schema(self, connection: Connection[TupleRow]) -> bool:
        """Whether the schema is there; False where the worker stops first."""
        # A07: a task of its own migrates. On one connection a look costs the database next to nothing.
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
                return  # whether the database or only this connection is gone, the next attempt to connect tells

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
        # One broken connection means that the database was restarted or moved: the idle ones are as dead, and the pool
        # would try them one by one with a growing pause in between.
        try:
            ConnectionPool.check_connection(connection)
        except psycopg.Error:
            if pool := self._pool:
                pool.drain()
            # If the database is gone, the watcher closes the pool, and waiting clients get an answer at once.
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
    """The URL's parameters, and those that bound every wait, unless the URL sets them itself."""
    given = {name: str(value) for name, value in conninfo_to_dict(settings.database_url).items() if value is not None}
    defaults = {
        "application_name": f"web-{settings.colour}",
        "connect_timeout": "5",
        # A database that vanished (fail-over, a dropped route) sends no goodbye: without these a request would wait
        # for the kernel's own limit of about a quarter of an hour.
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
    """A few words for the outside; the whole message, which names host and user, goes to the log only."""
    text = str(error).lower()
    return next((reason for sign, reason in _REASONS if sign in text), "cannot connect")
