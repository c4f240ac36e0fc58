"""A row of the matrix, made on a running platform: planned, applied, waited for, and planned again."""

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.changes.environment_file import EnvironmentFile
from tests.changes.load import Failure, Host, Load
from tests.changes.row import Row, Step
from tests.changes.words import words_of
from tests.support.platform import Platform
from tests.support.waiting import PATIENCE

STEADY_SECONDS = 120
AFTERWARDS_SECONDS = 2.0
"""The load goes on after the last step."""


@dataclass(kw_only=True)
class Outcome:
    """What a row came to."""

    requests: int
    failures: Sequence[Failure]
    sent_to: dict[str, int]
    words: Sequence[str]
    """What `plan` said before each edit."""
    seconds: float


@dataclass(kw_only=True)
class ChangedPlatform:
    """A platform whose environment file is changed."""

    platform: Platform
    hosts: list[Host]
    """Host names that answer, and get the requests."""
    file: EnvironmentFile = field(init=False)

    def __post_init__(self) -> None:
        self.file = EnvironmentFile(self.platform.root / "environments" / "local.toml")

    def make(self, row: Row) -> Outcome:
        """Make the change under load; fails where a command does, or where it leaves something to plan."""
        authority = self.platform.root / ".windlass" / "data-plane" / "certificates" / "authority.pem"
        load = Load(port=self.platform.https_port, authority=authority, hosts=tuple(self.hosts))
        words: list[str] = []
        started = time.monotonic()
        with load:
            edits = [step for step in row.steps if step.edit is not None]
            for step in row.steps:
                if step in edits and len(edits) > 1:
                    words.append(f"step {edits.index(step) + 1}:")
                self._make(step, load, words)
            time.sleep(AFTERWARDS_SECONDS)
        self.windlass("plan", "local", "--detailed-exitcode")
        return Outcome(
            requests=load.sent,
            failures=load.failures,
            sent_to=dict(load.sent_to),
            words=words,
            seconds=time.monotonic() - started,
        )

    def windlass(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command that must succeed."""
        done = self.platform.windlass(*arguments)
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done

    def _make(self, step: Step, load: Load, words: list[str]) -> None:
        if step.leaves:
            load.leave(step.leaves)
            self.hosts = [host for host in self.hosts if host.name != step.leaves]
        if step.edit is not None:
            self.file.change(step.edit)
            words += words_of(self.windlass("plan", "local", "--quiet"))
            self.windlass("apply", "local", "--yes")
        else:
            self.windlass(*step.command)
        self.platform.data_plane().wait_until_steady(STEADY_SECONDS * PATIENCE)
        if step.begins is not None:
            load.add(step.begins)
            self.hosts.append(step.begins)
