"""How a moment is written: one form for people, one for scripts, both in UTC and in whole seconds."""

from datetime import UTC, datetime


def for_people(moment: datetime) -> str:
    """`2026-01-05 10:00:00 UTC`.

    Args:
        moment: with a time zone.
    """
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def for_scripts(moment: datetime) -> str:
    """`2026-01-05T10:00:00Z`, as ISO 8601 has it.

    Args:
        moment: with a time zone.
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
