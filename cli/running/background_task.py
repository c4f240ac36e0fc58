"""Runs a task in a background thread while a command continues."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from cli.running.heartbeat import heartbeat

Result = TypeVar("Result")


class BackgroundTask(Generic[Result]):
    """A function that runs in a thread, and its result.

    Args:
        name: for the progress message while its result is waited for.
        function: runs in the thread.
    """

    def __init__(self, name: str, function: Callable[[], Result]) -> None:
        self._name, self._function = name, function
        self._results: list[Result] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name)
        self._thread.start()

    def result(self) -> Result:
        """Wait until the function has returned; raises what it raised."""
        if self._thread.is_alive():
            with heartbeat(self._name):
                self._thread.join()
        if self._error is not None:
            raise self._error
        return self._results[0]

    def join(self) -> None:
        """Wait until the function has returned or raised."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._results.append(self._function())
        except BaseException as error:
            self._error = error


@contextmanager
def background_task(name: str, function: Callable[[], Result]) -> Iterator[BackgroundTask[Result]]:
    """Run a function in a thread during the block, which may wait for its result. The block ends after the function."""
    task = BackgroundTask(name, function)
    try:
        yield task
    finally:
        task.join()
