"""One SSM parameter, written by several people at once, of whom exactly one wins.

SSM has no conditional write: PutParameter replaces whatever is there. But it numbers the writes, without a gap, and
keeps the last 100 with their descriptions. So the parameter's history is a log that everybody reads alike, and it
decides:

1. Whoever wants to write reads the history, and finds the last version that *counts*.
2. They write their value. The description names the version that they found ("after 12").
3. A version counts if the last one that counts before it is the one it is based on. So of several writers who all
   found version 12, the one whose write got the lowest number wins, and the others' do not count. This depends on
   the history alone: winner, losers and onlookers come to the same answer, whenever they look.
4. Terraform knows nothing of this and reads the latest value. So everybody who wrote reads again; if the latest value
   is not the one of the last version that counts, they write that one once more, as a withdrawal, and look again.
   After the last of them has looked, value and log agree.

A version without such a description (by hand, by Terraform) always counts: nobody is overruled by this tool. A loser
killed between 2 and 4 leaves a value that does not count; the next command of anybody withdraws it.

The plainer way, to compare the number that PutParameter returns with the one expected, tells a loser that they lost,
but leaves their value standing, and with three writers nobody knows which value to put back.
"""

import time
from dataclasses import dataclass
from typing import Any

from release.aws import Aws, error_code
from release.entry import Action, Entry, Version, counted
from release.errors import FailedError, LostError
from release.identity import Author

_ROUNDS = 20
"""Withdrawals end when the last of the writers has looked; this bounds a fault, not a crowd."""
_CARRIED_OUT = "carried-out"
_STALE_READS = 25
_STALE_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Log:
    """The history of a parameter at one moment."""

    versions: tuple[Version, ...]
    """Every version that SSM still has, oldest first."""
    counted: tuple[Version, ...]
    """Those that count, oldest first; never empty."""
    carried_out: int
    """The number of the version that was last known to be carried out; 0 where none was."""

    @property
    def is_carried_out(self) -> bool:
        """Whether the last version that counts was carried out, so that a rule that differs was changed since."""
        return self.carried_out >= self.effective.number

    @property
    def effective(self) -> Version:
        """The last version that counts: what is wanted."""
        return self.counted[-1]

    @property
    def latest(self) -> Version:
        """The latest version: what Terraform reads."""
        return self.versions[-1]

    @property
    def agrees(self) -> bool:
        """Whether Terraform reads what is wanted."""
        return self.latest.value == self.effective.value

    def after(self, number: int) -> Version | None:
        """The first version that counts after that number, or None."""
        return next((version for version in self.counted if version.number > number), None)

    def of(self, run: str) -> list[Version]:
        """The versions that count of one command."""
        return [version for version in self.counted if version.entry is not None and version.entry.run == run]


class Parameter:
    """A parameter that was made by Terraform, and whose value others write."""

    def __init__(self, aws: Aws, name: str) -> None:
        self._aws = aws
        self.name = name
        self._seen = 0
        self._allowed_pattern: str | None = None

    def read(self) -> Log:
        """The history; never older than what this object has seen or written before.

        Raises:
            FailedError: there is no such parameter.
        """
        for _ in range(_STALE_READS):
            found = self._history()
            if found.latest.number >= self._seen:
                self._seen = found.latest.number
                return found
            # SSM may answer from a copy that does not have the last write yet.
            time.sleep(_STALE_SECONDS)
        raise FailedError(f"SSM does not show version {self._seen} of {self.name}, which it accepted. Try again.")

    def write(self, value: str, *, base: Version, action: Action, author: Author, why: str = "") -> None:
        """Write a value based on a version; whether it counts is for `read` to tell (`won`)."""
        entry = Entry(
            action=action,
            old=base.value,
            new=value,
            who=author.name,
            at=author.now(),
            after=base.number,
            run=author.run,
            why=why,
        )
        self._put(value, entry)

    def agree(self, author: Author) -> Log:
        """Withdraw what does not count, until the latest value is the one of the last version that counts."""
        for _ in range(_ROUNDS):
            log = self.read()
            if log.agrees:
                return log
            wanted = log.effective
            entry = Entry(
                action="withdraw",
                old=log.latest.value,
                new=wanted.value,
                who=author.name,
                at=author.now(),
                after=wanted.number,
                run=author.run,
                why=f"{log.latest.who} wrote {log.latest.value} when {wanted.who} had written first",
            )
            self._put(wanted.value, entry)
        raise FailedError(f"{self.name} is being written without end by others; look who with ./windlass status.")

    def mark_carried_out(self, log: Log) -> None:
        """Remember, in a label that moves along, that what the parameter says has been done.

        It tells a switch that was killed from a rule that somebody changed by hand. Nothing depends on it otherwise.
        """
        if log.is_carried_out:
            return
        client = self._aws.client("ssm")
        try:
            client.label_parameter_version(Name=self.name, ParameterVersion=log.latest.number, Labels=[_CARRIED_OUT])
        except client.exceptions.ClientError as error:
            # A role that may write but not label can switch all the same.
            if "AccessDenied" not in error_code(error):
                raise

    def _put(self, value: str, entry: Entry) -> None:
        client = self._aws.client("ssm")
        pattern = self._allowed_pattern
        for attempt in range(_STALE_READS):
            try:
                answer = client.put_parameter(
                    Name=self.name,
                    Value=value,
                    Type="String",
                    Overwrite=True,
                    Description=str(entry),
                    # Given again, so that no version is ever without it and Terraform sees no change.
                    **({"AllowedPattern": pattern} if pattern else {}),
                )
            except client.exceptions.ClientError as error:
                # SSM's answer to two writes in the same moment; botocore does not try it again.
                if error_code(error) != "TooManyUpdates" or attempt == _STALE_READS - 1:
                    raise
                time.sleep(_STALE_SECONDS)
            else:
                self._seen = max(self._seen, int(answer["Version"]))
                return

    def _history(self) -> Log:
        try:
            found = self._aws.pages("ssm", "get_parameter_history", "Parameters", Name=self.name)
        except self._aws.client("ssm").exceptions.ParameterNotFound as error:
            raise FailedError(f"There is no SSM parameter {self.name}; ./windlass apply makes it.") from error
        if not found:
            raise FailedError(f"There is no SSM parameter {self.name}; ./windlass apply makes it.")
        versions = tuple(sorted((_version(one) for one in found), key=lambda version: version.number))
        self._allowed_pattern = found[-1].get("AllowedPattern")
        return Log(
            versions=versions,
            counted=tuple(counted(versions)),
            carried_out=max((int(one["Version"]) for one in found if _CARRIED_OUT in one.get("Labels", [])), default=0),
        )


def won(log: Log, author: Author, base: Version, what: str) -> Version:
    """Return the version of this command that counts and is based on `base`.

    Raises:
        LostError: somebody else's counts instead; says whose and since when.
    """
    for version in log.of(author.run):
        if version.entry is not None and version.entry.after == base.number:
            return version
    winner = log.after(base.number) or log.effective
    raise LostError(
        f"{what} was not changed: {winner.who} was faster and wrote {winner.value!r} at {winner.when}"
        f"{f' ({winner.why})' if winner.why else ''}. Look at ./windlass status, then decide again."
    )


def _version(found: Any) -> Version:
    return Version(
        number=int(found["Version"]),
        value=found["Value"],
        modified_at=found.get("LastModifiedDate"),
        modified_by=found.get("LastModifiedUser", ""),
        entry=Entry.parse(found.get("Description", ""), found["Value"]),
    )
