"""Who runs the command, as the history will name them."""

import getpass
import secrets
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime

from release.aws import Aws
from times import for_scripts


@dataclass(frozen=True, kw_only=True)
class Author:
    """One person, or one machine, running one command."""

    name: str
    """`anna@laptop (arn:aws:sts::…:assumed-role/operator/anna)`."""

    run: str = field(default_factory=lambda: secrets.token_hex(6))
    """A random word, by which a command recognises its own records in a history."""

    def now(self) -> str:
        """Return the time, UTC, as the history writes it."""
        return for_scripts(datetime.now(UTC))


def author(aws: Aws) -> Author:
    """Return the user and host of this process, with the identity that AWS reports for them."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        # A container whose user has no name.
        user = "somebody"
    name = f"{user}@{socket.gethostname()}"
    try:
        return Author(name=f"{name} ({aws.client('sts').get_caller_identity()['Arn']})")
    except (BotoCoreError, ClientError):
        # A rollback must not fail because a name is missing.
        return Author(name=name)
