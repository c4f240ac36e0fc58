"""The `[alarms]` section: who is notified."""

from typing import Annotated

from pydantic import Field, StringConstraints

from config.base import EmailAddress, Section, ShortWord
from config.pattern import PORT, Pattern

Endpoint = Annotated[
    str,
    StringConstraints(max_length=1024),
    Pattern(
        rf"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:{PORT})?(/[\w.~%=&+-]*)*",
        "an address that begins with https://, in lower case up to its path, without user, password and query, with a "
        "port from 1 to 65535 or none",
        "https://alarms.example.com/sns",
    ),
]
"""An address that SNS posts to. What follows a `?` is often a key, and would be in plan and state."""


class Alarms(Section):
    """Who is notified by alarms."""

    emails: dict[ShortWord, EmailAddress] = Field(default_factory=dict, examples=[{"oncall": "oncall@example.com"}])
    """E-mail addresses, each under a name of your choice. AWS sends each address a request to confirm the subscription.
    Production needs at least one here or in `https_endpoints`, or a waiver of the guard `alarms_are_heard` that says
    who hears alarms instead. Default: none."""

    https_endpoints: dict[ShortWord, Endpoint] = Field(
        default_factory=dict, examples=[{"pager": "https://alarms.example.com/sns"}]
    )
    """HTTPS addresses of programs, such as an on-call service, each under a name of your choice. SNS posts alarms to
    each, once it has confirmed the subscription. An address that holds a key does not belong here: subscribe it
    yourself, and waive `alarms_are_heard`. Default: none."""
