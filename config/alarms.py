"""The `[alarms]` section: who is notified."""

from pydantic import Field

from config.base import EmailAddress, Section, ShortWord


class Alarms(Section):
    """Who is notified by alarms."""

    emails: dict[ShortWord, EmailAddress] = Field(default_factory=dict, examples=[{"oncall": "oncall@example.com"}])
    """E-mail addresses, each under a name of your choice. AWS sends each address a request to confirm the subscription.
    Production needs at least one, or a waiver of the guard `alarms_are_heard` that says who hears alarms instead.
    Default: none."""
