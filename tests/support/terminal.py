"""A command in a terminal in which somebody types."""

import os
import pty
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

END_OF_INPUT = "\x04"


def run_in_terminal(
    command: Sequence[str], *, folder: Path, variables: Mapping[str, str], typed: str = "", timeout_seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run it to completion; its output is not a terminal.

    Args:
        command: program and arguments.
        folder: that it runs in.
        variables: its environment.
        typed: answers to its questions, a line each. A question after the last answer finds the end of the input, so
            that the command ends; it would wait otherwise.
        timeout_seconds: how long it may take.
    """
    keyboard, terminal = pty.openpty()
    try:
        os.write(keyboard, f"{typed}{END_OF_INPUT}".encode())
        return subprocess.run(
            command,
            cwd=folder,
            env=variables,
            stdin=terminal,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
        )
    finally:
        os.close(terminal)
        os.close(keyboard)
