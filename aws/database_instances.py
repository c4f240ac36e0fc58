"""How many connections an RDS instance class accepts, as far as its name says."""

import re

_CLASS = re.compile(r"db\.(?P<family>[a-z]+)\d+[a-z]*\.(?P<size>\w+)")
_SMALL = {"micro": 1, "small": 2, "medium": 4}
_GIB_OF_XLARGE = {"t": 16, "m": 16, "r": 32, "c": 8}
_BYTES_PER_CONNECTION = 9_531_392
_MOST = 5000


def max_connections(instance_class: str) -> int | None:
    """Connections that RDS for PostgreSQL accepts by default: `LEAST(DBInstanceClassMemory / 9531392, 5000)`.

    The memory in the formula is what RDS's own programs leave: about a fifteenth and a fifth of a GiB less than the
    class has. None for a class whose memory its name does not tell.
    """
    found = _CLASS.fullmatch(instance_class)
    if found is None or found["family"] not in _GIB_OF_XLARGE:
        return None
    gib = _gib(found["family"], found["size"])
    if gib is None:
        return None
    return min(_MOST, int((gib * 14 / 15 - 0.2) * 1024**3 / _BYTES_PER_CONNECTION))


def _gib(family: str, size: str) -> float | None:
    if family == "t" and size in _SMALL:
        return _SMALL[size]
    of_xlarge = _GIB_OF_XLARGE[family]
    if size in ("medium", "large"):
        return of_xlarge / (2 if size == "large" else 4)
    times = re.fullmatch(r"(\d*)xlarge", size)
    return None if times is None else of_xlarge * int(times[1] or 1)
