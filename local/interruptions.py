"""How long AWS interrupts what it changes, and that something of the emulated account is away now.

The seconds are those that AWS's documentation names, or, where it names none, what is said beside them. They are
divided by `SHORTENED_BY`, so that nobody waits for minutes. The emulated account decides when an interruption ends; the
data plane stops the server until then.
"""

import time
from typing import Any

SHORTENED_BY = 10.0
"""A second here stands for ten on AWS. docs/aws-proof.md names it."""

FAILOVER_SECONDS = 60.0
"""A database with a standby fails over. RDS: typically 60 to 120 s."""
RESTART_SECONDS = 120.0
"""A database without a standby changes its class or its minor version. RDS says "an outage", without a number."""
REBOOT_SECONDS = 10.0
"""The engine restarts on the same machine. RDS says "a momentary outage", without a number."""
UPGRADE_SECONDS = 300.0
"""A major version, with a standby too: RDS upgrades both. It says "several minutes" and names no number."""
CACHE_FAILOVER_SECONDS = 10.0
"""A replica becomes the primary of a cache. ElastiCache: "a few seconds"."""
CACHE_REPLACEMENT_SECONDS = 60.0
"""The only node of a cache is replaced. ElastiCache says "a brief interruption", without a number."""
NAT_PENDING_SECONDS = 30.0
"""A NAT gateway is made. The VPC guide names no number."""

COUNT, UNTIL, STATUS = "interruptions", "interrupted_until", "interrupted_as"
"""Attributes of what is interrupted."""


class _Factor:
    """How much shorter interruptions of this process are than AWS's."""

    value = SHORTENED_BY


def shorten_by(factor: float) -> None:
    """Interruptions that begin from now on are AWS's seconds divided by this; tests take a large one.

    Raises:
        ValueError: the factor is not above 0.
    """
    if factor <= 0:
        raise ValueError(f"interruptions cannot be shortened by {factor:g}: the factor must be above 0")
    _Factor.value = factor


def interrupt(resource: Any, seconds: float, status: str) -> None:
    """Let a resource of moto's be away from now on.

    Args:
        resource: an instance of RDS, or a replication group.
        seconds: as on AWS.
        status: what AWS says of it meanwhile.
    """
    setattr(resource, COUNT, getattr(resource, COUNT, 0) + 1)
    setattr(resource, UNTIL, time.time() + seconds / _Factor.value)
    setattr(resource, STATUS, status)


def status_of(resource: Any, otherwise: str) -> str:
    """What AWS says of a resource now: the status of its interruption, or another one."""
    is_away = getattr(resource, UNTIL, 0.0) > time.time()
    return str(getattr(resource, STATUS)) if is_away else otherwise


def seconds_left(resource: Any) -> float:
    """How long an interruption still takes here; 0 where there is none."""
    return max(0.0, getattr(resource, UNTIL, 0.0) - time.time())


def interruption_of(resource: Any) -> dict[str, float]:
    """For the data plane: how often it was interrupted, and the moment until which it is, in seconds since 1970."""
    return {"count": getattr(resource, COUNT, 0), "until": getattr(resource, UNTIL, 0.0)}


def forget(resource: Any) -> None:
    """Of a copy of a resource, which was never interrupted itself."""
    for name in (COUNT, UNTIL, STATUS):
        vars(resource).pop(name, None)
