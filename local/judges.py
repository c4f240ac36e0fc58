"""What judges requests and answers of the embedded AWS. People have the default; tests and measurements may differ."""

import os
from dataclasses import dataclass

VARIABLE = "EMBEDDED_AWS_JUDGES"
"""Environment variable of the server's process: names of `Judges`, separated by commas; empty for none."""

EVERYTHING = "requests,iam,answers"
"""The value for tests."""


@dataclass(frozen=True, kw_only=True)
class Judges:
    """Which judges a server has."""

    requests: bool = True
    """AWS's models judge requests, and what moto lacks is answered by name. Default: yes."""
    iam: bool = True
    """Applied policies judge the calls of roles. Default: yes."""
    answers: bool = False
    """AWS's models judge answers. Costs time, and helps only who works on the embedded AWS. Default: no."""

    @classmethod
    def from_environment(cls) -> "Judges":
        """Those that the process's environment names; the default if it names none.

        Raises:
            ValueError: it names one that does not exist.
        """
        text = os.environ.get(VARIABLE)
        if text is None:
            return cls()
        names = set(filter(None, text.split(",")))
        if unknown := sorted(names - {"requests", "iam", "answers"}):
            raise ValueError(f"{VARIABLE} has {', '.join(unknown)}; it may have requests, iam and answers")
        return cls(requests="requests" in names, iam="iam" in names, answers="answers" in names)
