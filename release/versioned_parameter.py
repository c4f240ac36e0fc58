"""One SSM parameter, written by several people at once, of whom exactly one wins.

SSM has no conditional write: PutParameter replaces whatever is there. But it numbers the writes, without a gap, and
keeps the last 100 with their descriptions. So the parameter's history is a log in which everybody reads the same, and
it decides:

1. A writer reads the history, and with it the last version that *counts*.
2. They write their value. The description names the version that it is based on ("after 12").
3. A version counts if the last one that counts before it is the one it is based on. So of several writers who all
   read version 12, the one whose write got the lowest number wins, and the others' are rejected. This depends on
   the history alone: winner, losers and observers come to the same answer, whenever they read.
4. Terraform knows nothing of this and reads the latest value. So everybody who wrote reads again; if the latest value
   is not the one of the last version that counts, they write that one once more, as a withdrawal, and read again.
   After the last of them has read, value and history agree.

A version without such a description (by hand, by Terraform) always counts: this tool overrules no one. A loser
killed between 2 and 4 leaves a value that does not count; the next command, from any user, withdraws it.

The simpler way, to compare the number that PutParameter returns with the one expected, tells a loser that they lost,
but leaves their value in place, and with three writers no one knows which value to restore.
"""

import time
from dataclasses import dataclass
from typing import Any

from release.aws import Aws, error_code
from release.change_record import Action, ChangeRecord, Version, counted
from release.errors import FailedError, LostError
from release.identity import Author

_ATTEMPTS = 20
"""A safety limit: withdrawals normally end as soon as the last writer has read."""
_APPLIED = "applied"
"""Label of the last version that the listener rule was seen to follow."""
_STALE_READS = 25
_STALE_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class History:
    """The versions of a parameter at one moment."""

    versions: tuple[Version, ...]
    """Every version that SSM still has, oldest first."""
    counted: tuple[Version, ...]
    """Those that count, oldest first; never empty."""
    applied_number: int
    """The number of the version that was last known to be applied; 0 where none was."""

    @property
    def is_applied(self) -> bool:
        """Whether the last version that counts was applied, so that a rule that differs was changed since."""
        return self.applied_number >= self.effective.number

    @property
    def effective(self) -> Version:
        """The last version that counts: the desired state."""
        return self.counted[-1]

    @property
    def latest(self) -> Version:
        """The latest version: what Terraform reads."""
        return self.versions[-1]

    @property
    def is_consistent(self) -> bool:
        """Whether Terraform reads the desired value."""
        return self.latest.value == self.effective.value

    def first_after(self, number: int) -> Version | None:
        """Return the first version that counts after that number, or None."""
        return next((version for version in self.counted if version.number > number), None)

    def written_by(self, run: str) -> list[Version]:
        """Return the versions that count of one command."""
        return [version for version in self.counted if version.record is not None and version.record.run == run]


class VersionedParameter:
    """A parameter that Terraform creates, and whose value commands of a release write."""

    def __init__(self, aws: Aws, name: str) -> None:
        self._aws = aws
        self.name = name
        self._seen = 0
        self._allowed_pattern: str | None = None

    def read(self) -> History:
        """Return the history; never older than what this object has seen or written before.

        Raises:
            FailedError: there is no such parameter.
        """
        for _ in range(_STALE_READS):
            history = self._history()
            if history.latest.number >= self._seen:
                self._seen = history.latest.number
                return history
            # SSM may answer from a copy that does not have the last write yet.
            time.sleep(_STALE_SECONDS)
        raise FailedError(f"SSM does not show version {self._seen} of {self.name}, which it accepted. Try again.")

    def write(self, value: str, *, base: Version, action: Action, author: Author, why: str = "") -> None:
        """Write a value based on a version; whether it counts shows when the history is read again (`require_won`)."""
        record = ChangeRecord(
            action=action,
            old=base.value,
            new=value,
            who=author.name,
            at=author.now(),
            based_on=base.number,
            run=author.run,
            why=why,
        )
        self._put(value, record)

    def withdraw_rejected(self, author: Author) -> History:
        """Write the desired value again until it is the latest one, and return the history then."""
        for _ in range(_ATTEMPTS):
            history = self.read()
            if history.is_consistent:
                return history
            rejected, desired = history.latest, history.effective
            record = ChangeRecord(
                action="withdraw",
                old=rejected.value,
                new=desired.value,
                who=author.name,
                at=author.now(),
                based_on=desired.number,
                run=author.run,
                why=f"{rejected.who} wrote {rejected.value} when {desired.who} had written first",
            )
            self._put(desired.value, record)
        raise FailedError(f"Others keep writing {self.name}; ./windlass status shows who.")

    def mark_applied(self, history: History) -> None:
        """Label the latest version, to say that the rule follows it.

        The label distinguishes a switch that was killed from a rule that was changed by hand. Nothing else depends on
        it.
        """
        if history.is_applied:
            return
        client = self._aws.client("ssm")
        try:
            client.label_parameter_version(Name=self.name, ParameterVersion=history.latest.number, Labels=[_APPLIED])
        except client.exceptions.ClientError as error:
            # A role that may write but not label can switch all the same.
            if "AccessDenied" not in error_code(error):
                raise

    def _put(self, value: str, record: ChangeRecord) -> None:
        client = self._aws.client("ssm")
        pattern = self._allowed_pattern
        for attempt in range(_STALE_READS):
            try:
                answer = client.put_parameter(
                    Name=self.name,
                    Value=value,
                    Type="String",
                    Overwrite=True,
                    Description=str(record),
                    # Given again, so that no version is ever without it and Terraform sees no change.
                    **({"AllowedPattern": pattern} if pattern else {}),
                )
            except client.exceptions.ClientError as error:
                # SSM's answer to two writes at the same moment; botocore does not retry it.
                if error_code(error) != "TooManyUpdates" or attempt == _STALE_READS - 1:
                    raise
                time.sleep(_STALE_SECONDS)
            else:
                self._seen = max(self._seen, int(answer["Version"]))
                return

    def _history(self) -> History:
        try:
            items = self._aws.pages("ssm", "get_parameter_history", "Parameters", Name=self.name)
        except self._aws.client("ssm").exceptions.ParameterNotFound as error:
            raise FailedError(f"There is no SSM parameter {self.name}; ./windlass apply creates it.") from error
        if not items:
            raise FailedError(f"There is no SSM parameter {self.name}; ./windlass apply creates it.")
        versions = tuple(sorted((_version(item) for item in items), key=lambda version: version.number))
        self._allowed_pattern = items[-1].get("AllowedPattern")
        return History(
            versions=versions,
            counted=tuple(counted(versions)),
            applied_number=max(
                (int(item["Version"]) for item in items if _APPLIED in item.get("Labels", [])), default=0
            ),
        )


def require_won(history: History, author: Author, base: Version, what: str) -> Version:
    """Return the version of this command that counts and is based on `base`.

    Raises:
        LostError: somebody else's counts instead; says whose and since when.
    """
    for version in history.written_by(author.run):
        if version.record is not None and version.record.based_on == base.number:
            return version
    winner = history.first_after(base.number) or history.effective
    raise LostError(
        f"{what} was not changed: {winner.who} was faster and wrote {winner.value!r} at {winner.when}"
        f"{f' ({winner.why})' if winner.why else ''}. Check ./windlass status, then decide again."
    )


def _version(item: Any) -> Version:
    modified_by = item.get("LastModifiedUser", "")
    return Version(
        number=int(item["Version"]),
        value=item["Value"],
        modified_at=item.get("LastModifiedDate"),
        # The embedded AWS reports "N/A" for every user.
        modified_by="" if modified_by == "N/A" else modified_by,
        record=ChangeRecord.parse(item.get("Description", ""), item["Value"]),
    )
