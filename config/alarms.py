"""The `[alarms]` section: who is notified."""

from pydantic import Field

from config.base import EmailAddress, Section, ShortWord


class Alarms(Section):
    """Who is notified by alarms."""

    emails: dict[ShortWord, EmailAddress] = Field(default_factory=dict)
    """E-mail addresses by a short name for each. AWS sends each a request to confirm the subscription. Default:
    none."""
