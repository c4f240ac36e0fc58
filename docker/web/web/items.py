"""Items: validation of requests, and the queries that read and write them."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import TupleRow

MAX_NAME_CHARACTERS = 200
DEFAULT_LIMIT = 50
MAX_LIMIT = 100
MAX_ID = 2**63 - 1
"""The largest `bigint`; PostgreSQL refuses more."""


class InvalidRequestError(ValueError):
    """The request is invalid. The message is sent to the client."""


def name_from_json(body: bytes) -> str:
    """The name in the body of a POST, without leading and trailing white space.

    Raises:
        InvalidRequestError: The body is not a JSON object with exactly one valid `name`.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidRequestError("the body is not valid JSON") from None
    if not isinstance(document, dict):
        raise InvalidRequestError('the body must be a JSON object such as {"name": "anvil"}')
    unknown = sorted(key for key in document if key != "name")
    if unknown:
        raise InvalidRequestError(f"unknown key {unknown[0][:50]!r}: only 'name' is allowed")
    if "name" not in document:
        raise InvalidRequestError("'name' is missing")
    name = document["name"]
    if not isinstance(name, str):
        raise InvalidRequestError("'name' must be a string")
    name = name.strip()
    if not name:
        raise InvalidRequestError("'name' is empty")
    if len(name) > MAX_NAME_CHARACTERS:
        raise InvalidRequestError(f"'name' has {len(name)} characters: {MAX_NAME_CHARACTERS} are allowed")
    # PostgreSQL cannot store NUL, and UTF-8 cannot encode lone surrogates, which JSON can escape.
    if any(character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff" for character in name):
        raise InvalidRequestError(
            "'name' has a character that text cannot hold (a control character or half of a pair)"
        )
    return name


def whole_number(values: list[str], name: str, default: int, maximum: int) -> int:
    """An optional query parameter that must be a whole number.

    Raises:
        InvalidRequestError: The parameter is repeated, not a whole number, or out of range.
    """
    if not values:
        return default
    if len(values) > 1 or not re.fullmatch(r"[0-9]{1,19}", values[0]) or not 1 <= int(values[0]) <= maximum:
        raise InvalidRequestError(f"'{name}' must be one whole number from 1 to {maximum}")
    return int(values[0])


def add_item(connection: Connection[TupleRow], name: str) -> dict[str, Any]:
    """Store an item; returns it in the format of the API."""
    row = connection.execute("INSERT INTO items (name) VALUES (%s) RETURNING id, name, created_at", (name,)).fetchone()
    assert row is not None
    return _item(row)


def find_item(connection: Connection[TupleRow], item_id: int) -> Mapping[str, Any] | None:
    """The item, or None if it does not exist."""
    row = connection.execute("SELECT id, name, created_at FROM items WHERE id = %s", (item_id,)).fetchone()
    return None if row is None else _item(row)


def count_items(connection: Connection[TupleRow]) -> int:
    """The total number of items."""
    row = connection.execute("SELECT count(*) FROM items").fetchone()
    assert row is not None
    return int(row[0])


def list_items(connection: Connection[TupleRow], *, limit: int, before: int) -> list[dict[str, Any]]:
    """At most `limit` items with an id below `before`, newest first."""
    query = "SELECT id, name, created_at FROM items WHERE id < %s ORDER BY id DESC LIMIT %s"
    return [_item(row) for row in connection.execute(query, (before, limit))]


def _item(row: TupleRow) -> dict[str, Any]:
    item_id, name, created_at = row
    assert isinstance(created_at, datetime)
    return {"id": item_id, "name": name, "created_at": created_at.isoformat()}
