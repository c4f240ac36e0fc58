"""Runs a task in a background thread while a command continues."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from cli.console import say
from cli.running.heartbeat import heartbeat
from cli.running.process import add_background, interrupt_all, remove_background

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
        # Not `Thread.join`: once a Ctrl-C has interrupted it, Python 3.11 takes the thread for ended.
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)
        add_background(self._thread)
        self._thread.start()

    def result(self) -> Result:
        """Wait until the function has returned; raises what it raised."""
        if not self._ended.is_set():
            with heartbeat(self._name):
                self._ended.wait()
        if self._error is not None:
            raise self._error
        return self._results[0]

    def join(self) -> None:
        """Wait until the function has returned or raised."""
        self._ended.wait()

    def _run(self) -> None:
        try:
            self._results.append(self._function())
        except BaseException as error:
            self._error = error
        finally:
            remove_background(self._thread)
            self._ended.set()


@contextmanager
def background_task(name: str, function: Callable[[], Result]) -> Iterator[BackgroundTask[Result]]:
    """Run a function in a thread during the block, which may wait for its result. The block ends after the function.

    A Ctrl-C in the block interrupts the Terraform that the function runs.
    """
    task = BackgroundTask(name, function)
    try:
        yield task
    except KeyboardInterrupt:
        say("Stopping: Terraform finishes the resources it is working on, saves the state and releases the lock.")
        interrupt_all()
        raise
    finally:
        task.join()
