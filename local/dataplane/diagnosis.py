"""Why a service is not healthy, as a person needs it: the reason in the program's own words, and what to do next."""

import re
from dataclasses import dataclass
from pathlib import Path

LINE_LENGTH = 200
"""Longer log lines are cut at their end."""
TAIL_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """One reason."""

    problem: str
    """For example `unhealthy: container web: connection refused`."""
    next_step: str = ""
    """What a person can do about it; empty where waiting is enough."""


def last_log_line(path: Path) -> str:
    """The last line of a container's log that holds anything; empty when there is none."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - TAIL_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return next((without_errno(line.strip())[:LINE_LENGTH] for line in reversed(lines) if line.strip()), "")


def last_line(text: str) -> str:
    """The last line of a text that holds anything."""
    return next(
        (without_errno(line.strip())[-LINE_LENGTH:] for line in reversed(text.splitlines()) if line.strip()), ""
    )


def without_errno(text: str) -> str:
    """`Connection refused` where Python writes `[Errno 111] Connection refused`."""
    return re.sub(r"\[Errno -?\d+\] ", "", text)
