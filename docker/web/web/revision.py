"""The revision of the schema: the one that this version needs, and the one that the database has.

The service uses this instead of Alembic, which would dominate the start time and take 25 MiB in each worker.
"""

import re
from pathlib import Path

from psycopg import Connection
from psycopg.rows import TupleRow

VERSIONS = Path(__file__).parent / "migrations" / "versions"
_FILE = re.compile(r"r([0-9]{4})_\w+\.py")


class SchemaNotReadyError(Exception):
    """The database is not at the revision that this version needs. The message is safe to show to clients."""


def formatted(revision: int) -> str:
    """The revision in Alembic's format, such as `0001`; `0000` means that no migration has run."""
    return f"{revision:04}"


def own_revision() -> int:
    """The newest revision in this version's `versions` folder, which is the one it needs."""
    return max(int(match[1]) for path in VERSIONS.iterdir() if (match := _FILE.fullmatch(path.name)))


def revision_of(connection: Connection[TupleRow]) -> int:
    """The revision of the database; 0 if no migration has run yet.

    Raises:
        SchemaNotReadyError: The stored revision is not a number, so another application wrote it.
        psycopg.Error: The connection was lost, or the role may not read the table.
    """
    # Checked first, because querying a missing table logs an error in the database each time.
    if connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone() != (True,):
        return 0
    row = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()
    text = (row[0] if row else None) or "0"
    if not re.fullmatch(r"[0-9]+", text):
        raise SchemaNotReadyError("the schema is at a revision that is none of this service's")
    return int(text)


def require(connection: Connection[TupleRow], needed: int) -> None:
    """Raise an error unless the database is at this revision or a newer one.

    A newer one is fine: migrations only add what the previous version can ignore, so that the old colour keeps serving
    while the new one is deployed.

    Raises:
        SchemaNotReadyError: The database is at an older revision.
        psycopg.Error: The connection was lost, or the role may not read the table.
    """
    current = revision_of(connection)
    if current < needed:
        raise SchemaNotReadyError(f"waiting for migration {formatted(needed)}, the database is at {formatted(current)}")
