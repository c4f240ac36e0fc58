"""Resolve requirements.in into requirements.txt: exact versions with hashes, for all Pythons that Airflow 3.1 supports.

Run `python docker/airflow/lock_requirements.py` in the project's environment, or `make lock`.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1]))

from local.uv_tool import uv_command, uv_variables  # noqa: E402 (the project is not installed)

HEADER = "# Written by lock_requirements.py from requirements.in and tested-versions.txt; a test compares them.\n"
OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "--quiet")


def main() -> int:
    """Resolve, and write the file if that succeeds; returns uv's exit code."""
    command = [*uv_command(), "pip", "compile", "requirements.in", "--constraint", "tested-versions.txt", *OPTIONS]
    process = subprocess.run(command, cwd=FOLDER, env=uv_variables(), stdout=subprocess.PIPE, text=True, check=False)
    if process.returncode == 0:
        (FOLDER / "requirements.txt").write_text(HEADER + process.stdout)
    return process.returncode


if __name__ == "__main__":
    raise SystemExit(main())
