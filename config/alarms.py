"""The `[alarms]` section: who is told."""

from typing import Annotated

from pydantic import Field

from config.base import Section, ShortWord, _matching


class Alarms(Section):
    """Whom alarms tell."""

    emails: dict[ShortWord, Annotated[str, _matching(r"[^@\s]+@[^@\s]+\.[^@\s.]+", "an e-mail address")]] = Field(
        default_factory=dict
    )
    """Addresses by a word for each. AWS asks each of them once whether it wants to. Default: none."""
