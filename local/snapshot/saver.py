"""Saves the emulated account while it is served, and brings it back.

An account is only saved while no state of Terraform is locked: before a lock is taken, after it is released, and after
a short quiet. So a snapshot is from before or after an apply, and never from the middle of one.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from local.serialise_requests import MOTO_LOCK
from local.snapshot import account, pickling
from local.snapshot.result import SaveResult
from local.snapshot.state_locks import held_locks
from local.snapshot.store import Content, Header, SnapshotError, SnapshotFolder

QUIET_SECONDS = 2.0
"""After this long without a change, the account is saved."""
LONGEST_SECONDS = 20.0
"""Under constant changes it is saved at this interval."""
RETRY_SECONDS = 10.0
"""After a save that failed."""


class Saver:
    """Saves into one folder. Thread-safe.

    Args:
        folder: where the snapshot is.
        log: receives a line about each snapshot that could not be written or read.
        on_saved: receives the account after each snapshot, under `MOTO_LOCK`, to remove what it no longer needs.
    """

    def __init__(
        self,
        folder: SnapshotFolder,
        log: Callable[[str], None],
        on_saved: Callable[[account.Backends], None] = lambda _: None,
    ) -> None:
        self._folder, self._log, self._on_saved = folder, log, on_saved
        self._changed_at: float | None = None
        self._first_change_at: float | None = None
        self._wake = threading.Condition()
        self._saved_at: str | None = None
        self._problem = ""

    def load(self) -> Header | None:
        """Bring the saved account back, all of it or nothing.

        A snapshot that cannot be loaded is set aside, and the log names it.

        Returns:
            The header of what was loaded; `None` where nothing is saved, or was set aside.
        """
        try:
            snapshot = self._folder.read()
            if snapshot is None:
                return None
            header, pickled = snapshot
            account.load_code(header.services)
            backends = pickling.loads(pickled, self._folder.read_body)
        except Exception as error:  # whatever a broken pickle raises
            reason = str(error) if isinstance(error, SnapshotError) else f"{type(error).__name__}: {error}"
            aside = self._folder.set_aside(datetime.now(UTC))
            self._problem = f"what was saved cannot be loaded, because {reason}; it was moved to {aside}"
            self._log(f"Not loaded: {self._problem}")
            return None
        with MOTO_LOCK:
            account.install(backends)
            self._saved_at = header.saved_at
            self._forget_changes()
        return header

    def changed(self) -> None:
        """Something has changed; it is saved soon."""
        with self._wake:
            self._changed_at = time.monotonic()
            self._first_change_at = self._first_change_at or self._changed_at
            self._wake.notify_all()

    def save(self) -> SaveResult:
        """Save now, unless nothing has changed or a state is locked."""
        with MOTO_LOCK:
            if self._first_change_at is None:
                return SaveResult(saved_at=self._saved_at)
            backends = account.backends()
            locks = held_locks(backends)
            if locks:
                problem = f"Terraform is working on {', '.join(locks)}"
                return SaveResult(saved_at=self._saved_at, problem=problem, locks=locks)
            try:
                pickled = pickling.dumps(backends, self._folder)
                content = Content(services=tuple(sorted(backends)), pickled=pickled.data, bodies=pickled.bodies)
                self._saved_at = self._folder.write(content, datetime.now(UTC)).saved_at
                self._problem = ""
                self._forget_changes()
                self._on_saved(backends)
            except Exception as error:
                problem = str(error) if isinstance(error, SnapshotError) else f"{type(error).__name__}: {error}"
                if problem != self._problem:
                    self._log(f"The platform was not saved: {problem}.")
                self._problem = problem
            return self.result()

    def result(self) -> SaveResult:
        """When the last snapshot was written, and why no later one could be; saves nothing."""
        with MOTO_LOCK:
            locks = held_locks(account.backends())
        return SaveResult(saved_at=self._saved_at, problem=self._problem, locks=locks)

    def run(self) -> None:
        """Save whenever it is time; for a thread of its own."""
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._first_change_at is not None)
                delay = self._delay(time.monotonic())
            if delay > 0:
                time.sleep(delay)
            elif self.save().problem:
                time.sleep(RETRY_SECONDS)

    def _delay(self, now: float) -> float:
        if self._first_change_at is None or self._changed_at is None:
            return 0
        return min(self._changed_at + QUIET_SECONDS, self._first_change_at + LONGEST_SECONDS) - now

    def _forget_changes(self) -> None:
        with self._wake:
            self._changed_at = self._first_change_at = None
