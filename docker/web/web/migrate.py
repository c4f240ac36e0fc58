"""Brings the database's schema to this version's revision: `python -m web.migrate`.

It runs once, as a task of its own, before the tasks of a new version start (A07). Exit codes: 0 the schema is there,
1 it is not, with the reason in the log's last lines, 2 the environment is wrong, 3 `--check` found an older revision.
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
from web.revision import VERSIONS, SchemaNotReadyError, in_words, own_revision, revision_of
from web.settings import ConfigurationError, Settings

DONE, FAILED, BAD_CONFIGURATION, BEHIND = 0, 1, 2, 3
WAIT_SECONDS = 300.0
"""A08: RDS says "available" 60 to 90 s before it accepts connections, and a fail-over takes as long."""
LOCK = 0x776562
"""Of the session that migrates: the letters "web". Versions before the first migration take it to make their table."""
LOCK_TIMEOUT = "5s"
HOPELESS = ("authentication failed", "no such database or role", "permission denied")
"""Reasons that no waiting fixes."""

logger = logging.getLogger("web.migrate")


class GaveUpError(Exception):
    """The time is over, or nothing would come of waiting."""


class _Patience:
    """Pauses that grow like the service's, until the time is over."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._pause = FIRST_RETRY_SECONDS

    def wait(self, why: str) -> None:
        """Say why, and sleep; raises GaveUpError where the time is over."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise GaveUpError(why)
        pause = min(self._pause * random.uniform(0.8, 1.2), left)  # noqa: S311
        logger.warning("migrate: %s; next attempt in %.2f s", why, pause)
        time.sleep(pause)
        self._pause = min(self._pause * 2, LAST_RETRY_SECONDS)


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and the environment, and return the exit code."""
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
    # One line per revision is ours; Alembic would add two for each.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # The first process of a container ignores SIGTERM unless it says otherwise.
    signal.signal(signal.SIGTERM, _terminated)
    try:
        return _run(settings, _Patience(options.wait), check=options.check)
    except GaveUpError as error:
        logger.error("migrate: gave up: %s", error)
    except (psycopg.Error, DBAPIError, SchemaNotReadyError) as error:
        logger.error("migrate: failed: %s", _first_line(error), exc_info=error)
    return FAILED


def _run(settings: Settings, patience: _Patience, *, check: bool) -> int:
    needed = own_revision()
    with _connected(settings, patience) as connection:
        if check:
            current = revision_of(connection)
            logger.info("migrate: the database is at %s, this version needs %s", in_words(current), in_words(needed))
            return DONE if current >= needed else BEHIND
        _session_settings(connection)
        _lock(connection, patience)
        current = revision_of(connection)
        if current >= needed:
            # Also an older version's turn, as when somebody deploys the previous image to go back to it.
            logger.info("migrate: nothing to do: at %s, this version needs %s", in_words(current), in_words(needed))
        for revision in range(current + 1, needed + 1):
            started = time.monotonic()
            _without_queueing(lambda: _upgrade(connection, in_words(revision)), patience)  # noqa: B023
            took = round(time.monotonic() - started, 2)
            logger.info("migrate: %s applied", in_words(revision), extra={"fields": {"seconds": took}})
    return DONE


@contextmanager
def _connected(settings: Settings, patience: _Patience) -> Iterator[Connection[TupleRow]]:
    while True:
        try:
            connection = psycopg.connect(connection_string(settings), autocommit=True)
            break
        except psycopg.OperationalError as error:
            reason = reason_of(error)
            if reason in HOPELESS:
                raise GaveUpError(f"{reason}: {_first_line(error)}") from error
            patience.wait(f"the database cannot be reached: {reason}")
    with connection:
        yield connection


def _session_settings(connection: Connection[TupleRow]) -> None:
    """A migration may take long, but must not make others wait: who queues for a table's lock blocks its readers."""
    connection.execute("SET statement_timeout = 0")
    connection.execute("SET idle_in_transaction_session_timeout = 0")
    connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'".encode())


def _lock(connection: Connection[TupleRow], patience: _Patience) -> None:
    """Of several that migrate at once one does, and the others find nothing left; the session's end frees the lock."""
    while connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone() != (True,):
        patience.wait("another migration runs")


def _without_queueing(step: Callable[[], None], patience: _Patience) -> None:
    """Do a step again when a table was busy; it was rolled back as a whole."""
    while True:
        try:
            return step()
        except DBAPIError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise
            patience.wait(f"a table is busy: no lock within {LOCK_TIMEOUT}")


def _upgrade(connection: Connection[TupleRow], revision: str) -> None:
    """One revision, in one transaction, on the session that holds the lock."""
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    connection.autocommit = False
    engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
    try:
        with engine.connect() as borrowed:
            config.attributes["connection"] = borrowed
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
