"""What a version of a parameter says about itself: who wrote it, when, why, and based on which version. Pure.

It is the version's Description, which SSM keeps with each version and the console shows:

    switch: blue -> green | by anna@laptop (arn:…) | at 2026-01-05T10:00:00Z | after 12 | run 5f3a9c2e | why: …
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from times import for_people

Action = Literal["switch", "canary", "rollback", "deploy", "withdraw"]

_FORM = re.compile(
    r"(?P<action>switch|canary|rollback|deploy|withdraw): (?P<old>\S+) -> (?P<new>\S+)"
    r" \| by (?P<who>[^|]*) \| at (?P<at>\S+) \| after (?P<after>\d+) \| run (?P<run>[0-9a-f]+)"
    r"( \| why: (?P<why>.*))?"
)
_MOST_WHO, _MOST_WHY = 250, 400
"""SSM takes descriptions of up to 1,024 characters, and an image reference may have 512; the rest has room."""
_MOST_VALUE = 100


@dataclass(frozen=True, kw_only=True)
class ChangeRecord:
    """The description of a version that this tool wrote."""

    action: Action
    old: str
    """Value before."""
    new: str
    """Value written, shortened where it is long."""
    who: str
    at: str
    """When, by the writer's clock (UTC, ISO 8601)."""
    based_on: int
    """The version on which it is based: the last one that counted when the writer read the history."""
    run: str
    """A random word per command, by which a command recognises its own records."""
    why: str = ""

    def __str__(self) -> str:
        who = _plain(self.who)[:_MOST_WHO]
        why = f" | why: {_plain(self.why)[:_MOST_WHY]}" if self.why else ""
        return (
            f"{self.action}: {_short(self.old)} -> {_short(self.new)} | by {who} | at {self.at}"
            f" | after {self.based_on} | run {self.run}{why}"
        )

    @classmethod
    def parse(cls, description: str, value: str) -> "ChangeRecord | None":
        """Read a description; None where it is not ours, or does not speak of `value`.

        A parameter that is overwritten by hand without a description keeps the previous description on the new value.
        """
        fields = _FORM.fullmatch(description)
        if fields is None or fields["new"] != _short(value):
            return None
        action: Action
        match fields["action"]:
            case "switch" | "canary" | "rollback" | "deploy" | "withdraw" as action:
                pass
            case _:
                return None
        return cls(
            action=action,
            old=fields["old"],
            new=fields["new"],
            who=fields["who"],
            at=fields["at"],
            based_on=int(fields["after"]),
            run=fields["run"],
            why=fields["why"] or "",
        )


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a parameter."""

    number: int
    value: str
    modified_at: datetime | None
    """When, by AWS's clock."""
    modified_by: str
    """ARN of the writer, as AWS saw it; empty where AWS does not say."""
    record: ChangeRecord | None
    """What it says about itself; None where it was written by hand or by Terraform."""

    @property
    def who(self) -> str:
        """The writer, for people."""
        if self.record is not None:
            return self.record.who
        if self.is_created:
            return f"Terraform ({self.modified_by})" if self.modified_by else "Terraform"
        return f"{self.modified_by or 'somebody'} (not with ./windlass)"

    @property
    def is_created(self) -> bool:
        """Whether it is the first version, which Terraform wrote when it created the parameter."""
        return self.number == 1 and self.record is None

    @property
    def when(self) -> str:
        """When it was written, for people."""
        if self.modified_at is not None:
            return for_people(self.modified_at)
        return self.record.at if self.record else "at an unknown time"

    @property
    def why(self) -> str:
        """The reason that was given, or nothing."""
        return self.record.why if self.record else ""


def counted(versions: Sequence[Version]) -> list[Version]:
    """Return those versions of a parameter that count, oldest first; `release.versioned_parameter` gives the reasons.

    A record counts if the last one before it that counts is the one it is based on. What was written by hand or by
    Terraform always counts. A withdrawal never does: it repeats a version that counts.
    """
    result: list[Version] = []
    for version in versions:
        record = version.record
        if record is not None and record.action == "withdraw":
            continue
        # SSM forgets the oldest of 100 versions: what is based on one of those is taken as it is.
        if record is None or not result or record.based_on == result[-1].number or record.based_on < versions[0].number:
            result.append(version)
    return result


def _short(value: str) -> str:
    """An image reference is the longest value, and its end (tag, digest) tells more than its start."""
    return value if len(value) <= _MOST_VALUE else f"…{value[-_MOST_VALUE:]}"


def _plain(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
