"""Runs something beside what a command does, and ends with it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from cli.running.heartbeat import heartbeat

Result = TypeVar("Result")


class Meanwhile(Generic[Result]):
    """A thread that works.

    Args:
        what: is done, for the message while it is waited for.
        work: does it.
    """

    def __init__(self, what: str, work: Callable[[], Result]) -> None:
        self._what, self._work = what, work
        self._results: list[Result] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=what)
        self._thread.start()

    def result(self) -> Result:
        """Wait for its end; raises what the work has raised."""
        if self._thread.is_alive():
            with heartbeat(self._what):
                self._thread.join()
        if self._error is not None:
            raise self._error
        return self._results[0]

    def join(self) -> None:
        """Wait for its end, whatever that is."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:
            self._error = error


@contextmanager
def meanwhile(what: str, work: Callable[[], Result]) -> Iterator[Meanwhile[Result]]:
    """Work beside the block, which may ask for the result. The block ends when the work has ended."""
    working = Meanwhile(what, work)
    try:
        yield working
    finally:
        working.join()
