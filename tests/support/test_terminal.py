"""Answers are read in their order, and a question without one ends the command."""

import os
from pathlib import Path

from tests.support.terminal import run_in_terminal

ASK = 'read -r first; echo "$first"; if read -r second; then echo "$second"; else echo nothing more; fi; test -t 0'


def test_answers_are_read_and_then_the_input_ends(tmp_path: Path) -> None:
    for typed, printed in (("y\nn\n", "y\nn\n"), ("y\n", "y\nnothing more\n")):
        done = run_in_terminal(
            ["sh", "-c", ASK], folder=tmp_path, variables=os.environ, typed=typed, timeout_seconds=20
        )
        assert (done.returncode, done.stdout) == (0, printed)
