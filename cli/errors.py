"""The one exception that commands end with on purpose."""

FAILED = 1
BAD_CONFIGURATION = 2
INTERRUPTED = 130


class CommandError(Exception):
    """Something a person can act on: shown as text without a traceback, then the process ends with `exit_code`.

    `exit_code` is 1 where work failed, 2 where the configuration is wrong, 130 where somebody pressed Ctrl-C.
    """

    def __init__(self, message: str, *, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code
