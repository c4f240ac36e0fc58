"""Installs what Pipfile.lock says into this Python's environment by uv, which takes seconds where pip takes minutes.

`scripts/install.sh` falls back on `pipenv sync`, which does the same by pip, where uv finds no way to the packages: uv
does not read all of pip's configuration.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parents[1] / "Pipfile.lock"
EXACTLY = ("--no-deps", "--require-hashes", "--requirement")


def requirements(lock: Mapping[str, Any]) -> dict[str, str]:
    """Each package of a Pipfile.lock, those for development too, as a line of a file of requirements."""
    return {name: _line(name, package) for name, package in sorted({**lock["default"], **lock["develop"]}.items())}


def _line(name: str, package: Mapping[str, Any]) -> str:
    extras = f"[{','.join(package['extras'])}]" if package.get("extras") else ""
    marker = f"; {package['markers']}" if package.get("markers") else ""
    return " ".join([f"{name}{extras}{package['version']}{marker}", *(f"--hash={each}" for each in package["hashes"])])


def sync(*options: str) -> int:
    """Install; returns the exit code of what failed, or 0.

    Args:
        options: further ones of `uv pip install`, such as `--dry-run`.
    """
    lines = requirements(json.loads(LOCK.read_text()))
    with tempfile.TemporaryDirectory() as folder:
        everything, uv_alone = Path(folder, "everything.txt"), Path(folder, "uv.txt")
        everything.write_text("\n".join(lines.values()))
        uv_alone.write_text(lines["uv"])
        if find_spec("uv") is None:
            pip = [sys.executable, "-m", "pip", "install", "--quiet", *EXACTLY, str(uv_alone)]
            if code := subprocess.run(pip, check=False).returncode:
                return code
        from local.uv_tool import uv_command, uv_variables  # which needs uv

        # Copies: through a link, an editor that opens a package would change it for all projects.
        command = [*uv_command(), "pip", "install", "--link-mode", "copy", "--python", sys.executable, *options]
        return subprocess.run([*command, *EXACTLY, str(everything)], env=uv_variables(), check=False).returncode


if __name__ == "__main__":
    sys.exit(sync(*sys.argv[1:]))
