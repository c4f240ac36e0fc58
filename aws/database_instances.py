"""RDS instance classes for PostgreSQL: the shape of their names, and what a name says about memory and connections.

Which of them AWS offers, and which are mistyped, is in `aws/offers.py`. Source: "DB instance class types" in the RDS
User Guide.
"""

import re

INSTANCE_CLASS_PATTERN = r"db\.[a-z]+[1-9][0-9]?[a-z]*\.[0-9]{0,2}[a-z]+"
"""The shape of a class: `db.`, a family with its generation and options (`t4g`, `m7g`, `r6id`), and a size."""

ALLOWED = 'an instance class of RDS for PostgreSQL such as "db.t4g.medium" or "db.m7g.large"'
"""What a class has to be, for error messages."""

_CLASS = re.compile(r"db\.(?P<family>[a-z]+)\d+[a-z]*\.(?P<size>\w+)")
_GIB_OF_SMALL_SIZES = {"micro": 1, "small": 2, "medium": 4}
_GIB_OF_XLARGE = {"t": 16, "m": 16, "r": 32, "c": 8}
_BYTES_PER_CONNECTION = 9_531_392
_MAX_CONNECTIONS = 5000


def max_connections(instance_class: str) -> int | None:
    """Return how many connections RDS for PostgreSQL accepts by default.

    The default is `LEAST(DBInstanceClassMemory / 9531392, 5000)`. The memory in the formula is what RDS's own programs
    leave: about a fifteenth and 0.2 GiB less than the class has.

    Returns:
        The number; None for a class whose name does not say how much memory it has.
    """
    match = _CLASS.fullmatch(instance_class)
    if match is None or match["family"] not in _GIB_OF_XLARGE:
        return None
    gib = _memory_gib(match["family"], match["size"])
    if gib is None:
        return None
    return min(_MAX_CONNECTIONS, int((gib * 14 / 15 - 0.2) * 1024**3 / _BYTES_PER_CONNECTION))


def _memory_gib(family: str, size: str) -> float | None:
    if family == "t" and size in _GIB_OF_SMALL_SIZES:
        return _GIB_OF_SMALL_SIZES[size]
    of_xlarge = _GIB_OF_XLARGE[family]
    if size in ("medium", "large"):
        return of_xlarge / (2 if size == "large" else 4)
    times = re.fullmatch(r"(\d*)xlarge", size)
    return None if times is None else of_xlarge * int(times[1] or 1)
