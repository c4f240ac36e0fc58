"""What a version of a parameter says about itself: who wrote it, when, why, and after which version. Pure.

It stands in the version's Description, which SSM keeps with each version and the console shows:

    switch: blue -> green | by anna@laptop (arn:…) | at 2026-01-05T10:00:00Z | after 12 | run 5f3a9c2e | why: …
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

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
class Entry:
    """The description of a version that this tool wrote."""

    action: Action
    old: str
    """Value before."""
    new: str
    """Value written, shortened where it is long."""
    who: str
    at: str
    """When, by the clock of whoever wrote it (UTC, ISO 8601)."""
    after: int
    """The version on which it is based: what whoever wrote it took for the last one that counts."""
    run: str
    """A random word per command, by which a command knows its own entries again."""
    why: str = ""

    def __str__(self) -> str:
        who = _plain(self.who)[:_MOST_WHO]
        why = f" | why: {_plain(self.why)[:_MOST_WHY]}" if self.why else ""
        return (
            f"{self.action}: {_short(self.old)} -> {_short(self.new)} | by {who} | at {self.at}"
            f" | after {self.after} | run {self.run}{why}"
        )

    @classmethod
    def parse(cls, description: str, value: str) -> "Entry | None":
        """Read a description; None where it is not ours, or does not speak of `value`.

        Whoever overwrites a parameter by hand without a description leaves the previous one standing on the new value.
        """
        found = _FORM.fullmatch(description)
        if found is None or found["new"] != _short(value):
            return None
        action: Action
        match found["action"]:
            case "switch" | "canary" | "rollback" | "deploy" | "withdraw" as action:
                pass
            case _:
                return None
        return cls(
            action=action,
            old=found["old"],
            new=found["new"],
            who=found["who"],
            at=found["at"],
            after=int(found["after"]),
            run=found["run"],
            why=found["why"] or "",
        )


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a parameter."""

    number: int
    value: str
    modified_at: datetime | None
    """When, by AWS's clock."""
    modified_by: str
    """ARN of whoever wrote it, as AWS saw it."""
    entry: Entry | None
    """What it says about itself; None where it was written by hand or by Terraform."""

    @property
    def who(self) -> str:
        """The writer, for people."""
        return self.entry.who if self.entry else f"{self.modified_by or 'somebody'} (not with ./windlass)"

    @property
    def when(self) -> str:
        """When it was written, for people."""
        if self.modified_at is not None:
            return self.modified_at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z").strip()
        return self.entry.at if self.entry else "at an unknown time"

    @property
    def why(self) -> str:
        """The reason that was given, or nothing."""
        return self.entry.why if self.entry else ""


def counted(versions: Sequence[Version]) -> list[Version]:
    """Return those of a parameter's versions that count, oldest first; see `release.parameter` for the reasons.

    An entry counts if the last one before it that counts is the one it is based on. What was written by hand or by
    Terraform always counts. A withdrawal never does: it repeats an entry that counts.
    """
    found: list[Version] = []
    for version in versions:
        entry = version.entry
        if entry is not None and entry.action == "withdraw":
            continue
        # SSM forgets the oldest of 100 versions: what is based on one of those is taken as it is.
        if entry is None or not found or entry.after == found[-1].number or entry.after < versions[0].number:
            found.append(version)
    return found


def _short(value: str) -> str:
    """An image reference is the longest value, and its end (tag, digest) tells more than its start."""
    return value if len(value) <= _MOST_VALUE else f"…{value[-_MOST_VALUE:]}"


def _plain(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
