"""The one exception that commands end with on purpose."""

from collections.abc import Mapping, Sequence
from typing import Any

FAILED = 1
BAD_CONFIGURATION = 2
INTERRUPTED = 130


class CommandError(Exception):
    """Something a person can act on: shown as text without a traceback, then the process ends with `exit_code`.

    Args:
        message: for people.
        exit_code: 1 where work failed, 2 where the configuration is wrong, 130 where somebody pressed Ctrl-C.
        problems: the single mistakes as `--json` prints them. Default: the message alone.
    """

    def __init__(
        self, message: str, *, exit_code: int = FAILED, problems: Sequence[Mapping[str, Any]] | None = None
    ) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.problems = [{"message": message}] if problems is None else [dict(problem) for problem in problems]


class TerraformKilledError(CommandError):
    """Terraform was killed, as where memory ran out: what it did is in no state, and its state lock is still held."""
