"""Migrates the database schema to the revision of this version: `python -m web.migrate`.

It runs once, as a separate task, before the tasks of a new version start (A07). Exit codes: 0 the schema is at this
revision or a newer one; 1 it is not, and the last log lines give the reason; 2 an environment variable is invalid;
3 `--check` found an older revision.
"""

import argparse
import logging
import logging.config
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from web.database import FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS, connection_string, reason_of
from web.logs import logging_configuration
from web.revision import VERSIONS, SchemaNotReadyError, formatted, own_revision, revision_of
from web.settings import ConfigurationError, Settings

DONE, FAILED, BAD_CONFIGURATION, BEHIND = 0, 1, 2, 3
WAIT_SECONDS = 300.0
"""A08: RDS reports "available" 60 to 90 s before it accepts connections, and a failover takes as long."""
LOCK = 0x776562
"""Key of the advisory lock that a migrating session holds: "web" in ASCII. Versions before the first migration take
it too, to create their table."""
LOCK_TIMEOUT = "5s"
PERMANENT_REASONS = ("authentication failed", "no such database or role", "permission denied")
"""Reasons that retrying cannot fix."""

logger = logging.getLogger("web.migrate")


class GaveUpError(Exception):
    """The deadline has passed, or retrying cannot help."""


class _Backoff:
    """Retries with the same increasing delay as the service, until a deadline."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._delay = FIRST_RETRY_SECONDS

    def wait(self, reason: str) -> None:
        """Log the reason and sleep.

        Raises:
            GaveUpError: The deadline has passed.
        """
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise GaveUpError(reason)
        delay = min(self._delay * random.uniform(0.8, 1.2), remaining)  # noqa: S311
        logger.warning("migrate: %s; next attempt in %.2f s", reason, delay)
        time.sleep(delay)
        self._delay = min(self._delay * 2, LAST_RETRY_SECONDS)


def main(arguments: list[str] | None = None) -> int:
    """Parse arguments and environment, migrate, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m web.migrate", description="Migrate the schema of the database.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit code 3 if the schema is older")
    parser.add_argument("--wait", type=float, default=WAIT_SECONDS, metavar="SECONDS", help="for the database")
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment(os.environ)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return BAD_CONFIGURATION
    logging.config.dictConfig(logging_configuration(settings))
    # We log one line per revision; Alembic would add two more.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # The first process of a container ignores SIGTERM unless it installs a handler.
    signal.signal(signal.SIGTERM, _terminated)
    try:
        return _run(settings, _Backoff(options.wait), check=options.check)
    except GaveUpError as error:
        logger.error("migrate: gave up: %s", error)
    except (psycopg.Error, DBAPIError, SchemaNotReadyError) as error:
        logger.error("migrate: failed: %s", _first_line(error), exc_info=error)
    return FAILED


def _run(settings: Settings, backoff: _Backoff, *, check: bool) -> int:
    needed = own_revision()
    with _connected(settings, backoff) as connection:
        if check:
            current = revision_of(connection)
            logger.info("migrate: the database is at %s, this version needs %s", formatted(current), formatted(needed))
            return DONE if current >= needed else BEHIND
        _session_settings(connection)
        _lock(connection, backoff)
        current = revision_of(connection)
        if current >= needed:
            # Also reached by an older version, for example when the previous image is deployed to roll back.
            logger.info("migrate: nothing to do: at %s, this version needs %s", formatted(current), formatted(needed))
        for revision in range(current + 1, needed + 1):
            started = time.monotonic()
            _without_queueing(lambda: _upgrade(connection, formatted(revision)), backoff)  # noqa: B023
            took = round(time.monotonic() - started, 2)
            logger.info("migrate: %s applied", formatted(revision), extra={"fields": {"seconds": took}})
    return DONE


@contextmanager
def _connected(settings: Settings, backoff: _Backoff) -> Iterator[Connection[TupleRow]]:
    while True:
        try:
            connection = psycopg.connect(connection_string(settings), autocommit=True)
            break
        except psycopg.OperationalError as error:
            reason = reason_of(error)
            if reason in PERMANENT_REASONS:
                raise GaveUpError(f"{reason}: {_first_line(error)}") from error
            backoff.wait(f"the database cannot be reached: {reason}")
    with connection:
        yield connection


def _session_settings(connection: Connection[TupleRow]) -> None:
    """Allow long statements, but limit the wait for table locks: a queued lock request blocks the table's readers."""
    connection.execute("SET statement_timeout = 0")
    connection.execute("SET idle_in_transaction_session_timeout = 0")
    connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'".encode())


def _lock(connection: Connection[TupleRow], backoff: _Backoff) -> None:
    """Let one session migrate at a time. The others then find nothing to do. The lock ends with its session."""
    while connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone() != (True,):
        backoff.wait("another migration runs")


def _without_queueing(step: Callable[[], None], backoff: _Backoff) -> None:
    """Retry a step while a table is busy; each failed attempt is rolled back completely."""
    while True:
        try:
            return step()
        except DBAPIError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise
            backoff.wait(f"a table is busy: no lock within {LOCK_TIMEOUT}")


def _upgrade(connection: Connection[TupleRow], revision: str) -> None:
    """Apply one revision in one transaction, on the session that holds the lock."""
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    connection.autocommit = False
    engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
    try:
        with engine.connect() as sqlalchemy_connection:
            config.attributes["connection"] = sqlalchemy_connection
            command.upgrade(config, revision)
    finally:
        connection.rollback()
        connection.autocommit = True


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
