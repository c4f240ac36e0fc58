"""How a release ends when it does not succeed: one sentence for people and the exit code that goes with it."""


class ReleaseError(Exception):
    """Something a person can act on: shown as text without a traceback; the process ends with `exit_code`."""

    exit_code = 1


class RefusedError(ReleaseError):
    """The command was right but should not be carried out now; nothing was changed."""


class LostError(ReleaseError):
    """Somebody else wrote first, or has written since; what they wrote is kept."""


class RolledBackError(ReleaseError):
    """The new tasks failed their checks, and the traffic was moved back automatically."""


class FailedError(ReleaseError):
    """Something that was waited for did not happen, or AWS refused a call."""


class BadRequestError(ReleaseError):
    """The arguments or the configuration are wrong; nothing was changed."""

    exit_code = 2


class StoppedError(ReleaseError):
    """Somebody pressed Ctrl-C; the parameter and the rule agree."""

    exit_code = 130
