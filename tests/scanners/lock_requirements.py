"""Resolve checkov into requirements.txt, exact versions with hashes; `make lock` runs it."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1]))

from local.uv_tool import uv_command, uv_variables  # noqa: E402 (the project is not installed)

HEADER = "# Written by lock_requirements.py: checkov and what it needs, in an environment of their own.\n"
OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "--quiet")


def main() -> int:
    """Resolve, and write the file only when that worked; returns uv's exit code."""
    command = [*uv_command(), "pip", "compile", "-", *OPTIONS]
    done = subprocess.run(
        command, env=uv_variables(), input="checkov\n", stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode == 0:
        (FOLDER / "requirements.txt").write_text(HEADER + done.stdout)
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
