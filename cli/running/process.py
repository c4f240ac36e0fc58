"""Runs Terraform so that neither Ctrl-C nor a killed `windlass` leaves a state lock behind."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import ClassVar

from cli.console import say
from cli.errors import INTERRUPTED, CommandError

POLL_SECONDS = 0.1
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a run ended."""

    exit_code: int
    interrupted: bool
    log: Path


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    held_open: Sequence[int] = (),
    on_line: Callable[[str], None],
    on_tick: Callable[[], None] = lambda: None,
) -> Finished:
    """Run a command to completion, passing each line of its output to `on_line`.

    The command writes straight into `log` and is read from there: a pipe would break when this process is killed, and
    Terraform would die of it while holding the lock. It runs in its own session, so that a Ctrl-C in the terminal
    reaches it once, through this process: Terraform takes a second one as "drop everything". `held_open` are file
    descriptors that it inherits.

    Raises:
        CommandError: in a background thread, after a stop signal: nothing new is begun there.
    """
    _Interruption.refuse_new_background_run()
    log.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(log, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        with _Interruption() as interruption:
            process = subprocess.Popen(
                list(command),
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=subprocess.STDOUT,
                pass_fds=held_open,
                start_new_session=True,
            )
            interruption.watch(process)
            with log.open(encoding="utf-8", errors="replace") as written:
                lines = _Lines(written.read)
                while process.poll() is None:
                    for line in lines.complete():
                        on_line(line)
                    on_tick()
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(POLL_SECONDS)
                for line in lines.rest():
                    on_line(line)
            return Finished(exit_code=process.returncode, interrupted=interruption.seen > 0, log=log)
    finally:
        os.close(descriptor)


def interrupt_all() -> None:
    """Let every running Terraform stop in an orderly way, and begin none in the background."""
    _Interruption.interrupt_all()


def add_background(thread: threading.Thread) -> None:
    """Note a background thread before it is started: after a stop signal it begins no run."""
    _Interruption.add_background(thread)


def remove_background(thread: threading.Thread) -> None:
    """Forget a background thread that ends."""
    _Interruption.remove_background(thread)


class _Lines:
    """Cuts what is read from a growing file into lines, keeping an unfinished one for later."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._pending = ""

    def complete(self) -> Iterator[str]:
        *lines, self._pending = (self._pending + self._read()).split("\n")
        yield from lines

    def rest(self) -> Iterator[str]:
        yield from self.complete()
        if self._pending:
            yield self._pending


class _Interruption:
    """Passes the first stop signal on as one SIGINT, and only explains at the others.

    Python delivers signals to the main thread. A run in another thread receives them from the run of the main thread.
    """

    _all: ClassVar[list["_Interruption"]] = []
    """Of all runs at the moment, in every thread."""
    _background: ClassVar[set[threading.Thread]] = set()
    """Threads of background tasks."""
    _stopped: ClassVar[set[threading.Thread]] = set()
    """Those of them that were alive when a stop signal came."""

    def __init__(self) -> None:
        self.seen = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._previous: dict[int, object] = {}

    def __enter__(self) -> "_Interruption":
        self._all.append(self)
        if threading.current_thread() is threading.main_thread():
            for number in _STOP_SIGNALS:
                self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        self._all.remove(self)
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def watch(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        if self.seen:
            process.send_signal(signal.SIGINT)

    def interrupt(self) -> None:
        """Let Terraform stop in an orderly way; further calls do nothing."""
        self.seen += 1
        if self._process is not None and self.seen == 1:
            self._process.send_signal(signal.SIGINT)

    @classmethod
    def add_background(cls, thread: threading.Thread) -> None:
        """Note a thread that the current one is about to start."""
        cls._background.add(thread)
        if threading.current_thread() in cls._stopped:
            cls._stopped.add(thread)

    @classmethod
    def remove_background(cls, thread: threading.Thread) -> None:
        """Forget a thread that ends."""
        cls._background.discard(thread)
        cls._stopped.discard(thread)

    @classmethod
    def refuse_new_background_run(cls) -> None:
        """Raise CommandError in a background thread where a stop signal has come."""
        if threading.current_thread() in cls._stopped:
            raise CommandError("Stopped before Terraform was run again.", exit_code=INTERRUPTED)

    @classmethod
    def interrupt_all(cls) -> None:
        """Let every running Terraform stop in an orderly way, and begin none in the background."""
        cls._stopped.update(cls._background)
        for each in list(cls._all):
            each.interrupt()

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        process = self._process
        self.interrupt_all()
        if process is None:
            return
        if self.seen == 1:
            say("Stopping: Terraform finishes the resources it is working on, saves the state and releases the lock.")
        else:
            say(f"Terraform (process {process.pid}) is still finishing; killing it would leave the state locked.")
