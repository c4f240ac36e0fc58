"""One command that changes an environment at a time, on this machine: others get a message that names it.

Terraform's state lock keeps two machines apart, but its message comes late and advises `-lock=false`.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from cli.console import say
from cli.errors import CommandError, TerraformKilledError
from times import for_people, for_scripts

POLL_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A command that has the lock, or was killed while it had it."""

    command: str
    pid: int
    since: str
    """ISO 8601."""

    def __str__(self) -> str:
        """`local apply, process 4711, since 2026-01-05 14:02:11 UTC`."""
        return f"{self.command}, process {self.pid}, since {for_people(datetime.fromisoformat(self.since))}"


@contextmanager
def work_lock(
    folder: Path, environment: str, command: str, *, timeout_seconds: float | None = None
) -> Iterator[Holder | None]:
    """Hold the lock of an environment as long as the block lasts; it ends with the process, however that ends.

    Yields the command that had the lock before and was killed, or whose Terraform was; `None` where neither was.

    Args:
        folder: where the locks are.
        environment: its name.
        command: what is at work, for the others' message.
        timeout_seconds: how long to wait for another one. Default: the command cannot wait.

    Raises:
        CommandError: another process has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{environment}.lock").open("a+") as file:
        patience_seconds = timeout_seconds or 0
        deadline = time.monotonic() + patience_seconds
        while not try_lock(file.fileno()):
            file.seek(0)
            known = read_holder(file.read())
            holder = f" ({known})" if known else ""
            if time.monotonic() >= deadline:
                raise CommandError(
                    f"Another ./windlass command is working on {environment}{holder}; nothing was changed.\n"
                    f"Wait for it to finish{'.' if timeout_seconds is None else ', or add --lock-timeout 10m.'}"
                )
            if deadline - time.monotonic() > patience_seconds - POLL_SECONDS:
                say(f"Another ./windlass command is working on {environment}{holder}; waiting for it to finish.")
            time.sleep(POLL_SECONDS)
        file.seek(0)
        killed = read_holder(file.read())
        holding = Holder(command=command, pid=os.getpid(), since=for_scripts(datetime.now(UTC)))
        write_holder(file.fileno(), asdict(holding))
        try:
            yield killed
        except TerraformKilledError:
            # It counts as killed, so that the next command restores what its Terraform left half-applied.
            raise
        except BaseException:
            os.ftruncate(file.fileno(), 0)
            raise
        os.ftruncate(file.fileno(), 0)


def current_holder(folder: Path, environment: str) -> Holder | None:
    """Return the command that has the lock now; None where none has it."""
    held, holder = _look(folder, environment)
    return holder if held else None


def killed_holder(folder: Path, environment: str) -> Holder | None:
    """Return the command that was killed while it had the lock; None where none was, or another command has it now."""
    held, holder = _look(folder, environment)
    return None if held else holder


def _look(folder: Path, environment: str) -> tuple[bool, Holder | None]:
    """Whether a command has the lock, and the last one that had it and did not give it back."""
    try:
        with (folder / f"{environment}.lock").open("r+") as file:
            held = not try_lock(file.fileno())
            return held, read_holder(file.read())
    except OSError:
        return False, None


def try_lock(descriptor: int) -> bool:
    """Lock an open file without waiting; returns whether that succeeded."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_holder(descriptor: int, holder: dict[str, object]) -> None:
    """Replace what a lock file says about who has it."""
    os.ftruncate(descriptor, 0)
    os.write(descriptor, json.dumps(holder).encode())


def read_holder(text: str) -> Holder | None:
    """The holder that a lock file names; `None` for an empty one, as in the moment before it is written."""
    try:
        holder = Holder(**json.loads(text))
        datetime.fromisoformat(holder.since)
    except (ValueError, TypeError):
        return None
    return holder
