"""A clock for interruptions of the embedded AWS in this process: they end when a test says so."""

import time

import pytest

from local import interruptions


class Clock:
    """Does not move until `pass_by`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.time()
        monkeypatch.setattr(interruptions, "time", self)

    def time(self) -> float:
        """In seconds since 1970, in place of `time.time`."""
        return self.now

    def pass_by(self) -> None:
        """Let a time pass in which every interruption ends."""
        self.now += 10_000
