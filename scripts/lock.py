"""Resolve the Pipfile into Pipfile.lock and keep the lock free of any index address.

`pipenv` writes the address of the index it used into `_meta.sources`. Ours stays empty, so that every machine
installs from the index its own pip is configured for; `pipenv sync` and `pipenv verify` accept that.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "Pipfile.lock"


def main() -> int:
    """Run `pipenv lock` in the project and rewrite the lock without sources; returns pipenv's exit code."""
    environment = {**os.environ, "PIPENV_IGNORE_VIRTUALENVS": "0", "PIPENV_VENV_IN_PROJECT": "1"}
    code = subprocess.run([sys.executable, "-m", "pipenv", "lock"], cwd=ROOT, env=environment, check=False).returncode
    if code:
        return code
    lock = json.loads(LOCK.read_text())
    lock["_meta"]["sources"] = []
    for group in ("default", "develop"):
        for package in lock[group].values():
            package.pop("index", None)
    LOCK.write_text(json.dumps(lock, indent=4) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
