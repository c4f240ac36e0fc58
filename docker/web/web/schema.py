"""The database's one table. A file of its own, so that migrations can take its place."""

from psycopg import Connection
from psycopg.rows import TupleRow

# Any number will do as long as nothing else locks it in this database: these are the letters "web" as bytes.
SCHEMA_LOCK = 0x776562

CREATE_ITEMS = """
    CREATE TABLE IF NOT EXISTS items (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
        created_at timestamptz NOT NULL DEFAULT now()
    )
"""


def ensure_schema(connection: Connection[TupleRow]) -> None:
    """Create what is missing; any number of processes of both colours may call this at once.

    The table is looked up first so that a role without CREATE can use one that exists. The lock is there because
    `CREATE TABLE IF NOT EXISTS` alone is not safe: of two that see no table, one fails on the catalogue's unique index.

    Raises:
        psycopg.Error: The database went away, or the role may not create the table.
    """
    row = connection.execute("SELECT to_regclass('items') IS NOT NULL").fetchone()
    if row == (True,):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
        # Not to_regclass again: after an advisory lock it can still answer from what this session cached before.
        connection.execute(CREATE_ITEMS)
