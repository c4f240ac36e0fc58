"""The revision of the schema: which one this version needs, and which one the database has.

The service asks here and loads no Alembic for it: that takes longer than all else at start, and 25 MiB in each worker.
"""

import re
from pathlib import Path

from psycopg import Connection
from psycopg.rows import TupleRow

VERSIONS = Path(__file__).parent / "migrations" / "versions"
_FILE = re.compile(r"r([0-9]{4})_\w+\.py")


class SchemaNotReadyError(Exception):
    """The database has not the revision that this version needs; the message is safe to show to anybody."""


def in_words(revision: int) -> str:
    """As Alembic has it, such as `0001`; `0000` is a database that no migration has seen."""
    return f"{revision:04}"


def own_revision() -> int:
    """The newest revision that this version brings along, which is the one it needs. Revisions are numbered."""
    return max(int(match[1]) for path in VERSIONS.iterdir() if (match := _FILE.fullmatch(path.name)))


def revision_of(connection: Connection[TupleRow]) -> int:
    """The revision of the database; 0 where no migration has run yet.

    Raises:
        SchemaNotReadyError: The stored revision is not a number, so it is not one of this service.
        psycopg.Error: The database went away, or the role may not read the table.
    """
    # Asked first, because a query of a table that is not there is an error in the database's log every time.
    if connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone() != (True,):
        return 0
    row = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()
    text = (row[0] if row else None) or "0"
    if not re.fullmatch(r"[0-9]+", text):
        raise SchemaNotReadyError("the schema is at a revision that is none of this service's")
    return int(text)


def require(connection: Connection[TupleRow], needed: int) -> None:
    """Return where the database has the revision or a newer one.

    A newer one is as good: migrations only add what the version before them can ignore, so that the old colour serves
    on while the new one is deployed.

    Raises:
        SchemaNotReadyError: It is older.
        psycopg.Error: The database went away, or the role may not read the table.
    """
    current = revision_of(connection)
    if current < needed:
        raise SchemaNotReadyError(f"waiting for migration {in_words(needed)}, the database is at {in_words(current)}")
