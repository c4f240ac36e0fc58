"""The `[alarms]` section: who is told."""

from pydantic import Field

from config.base import EmailAddress, Section, ShortWord


class Alarms(Section):
    """Whom alarms tell."""

    emails: dict[ShortWord, EmailAddress] = Field(default_factory=dict)
    """Addresses by a word for each. AWS asks each of them once whether it wants to. Default: none."""
