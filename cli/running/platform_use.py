"""Commands that need the local platform until they end, so that no other command stops it meanwhile.

They may run side by side, and beside an apply; only what stops the platform must wait for all of them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from cli.errors import CommandError
from cli.running.work_lock import Holder, read_holder, try_lock, write_holder
from times import for_scripts


@contextmanager
def platform_use(folder: Path, environment: str, command: str) -> Iterator[None]:
    """Count as a user of the platform as long as the block lasts; it ends with the process, however that ends.

    Args:
        folder: where the locks are.
        environment: its name.
        command: what is at work, for the others' message.
    """
    path = _users(folder, environment) / str(os.getpid())
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try_lock(file.fileno())
        holding = Holder(command=command, pid=os.getpid(), since=for_scripts(datetime.now(UTC)))
        write_holder(file.fileno(), asdict(holding))
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def refuse_while_in_use(folder: Path, environment: str) -> None:
    """See to it that no command needs the platform; what killed ones left is removed.

    Raises:
        CommandError: some do; it names them.
    """
    users = []
    for path in sorted(_users(folder, environment).glob("*")):
        try:
            with path.open("r+") as file:
                if not try_lock(file.fileno()):
                    users.append(str(read_holder(file.read()) or f"process {path.name}"))
                    continue
            path.unlink(missing_ok=True)
        except OSError:
            continue  # it has just ended
    if users:
        raise CommandError(
            f"{environment} is in use by {'; '.join(users)}. Nothing was changed: wait for it to finish, or end it."
        )


def _users(folder: Path, environment: str) -> Path:
    return folder / f"{environment}.users"
