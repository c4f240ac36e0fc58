"""Installs what Pipfile.lock says into this Python's environment by uv, which takes seconds where pip takes minutes.

`scripts/install.sh` falls back on `pipenv sync`, which does the same by pip, where uv finds no way to the packages: uv
does not read all of pip's configuration.
"""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

EXACTLY = ("--no-deps", "--require-hashes", "--requirement")


def sync(*options: str) -> int:
    """Install; returns the exit code of what failed, or 0.

    Args:
        options: further ones of `uv pip install`, such as `--dry-run`.
    """
    pipenv = [sys.executable, "-m", "pipenv", "requirements", "--hash", "--dev"]
    asked = subprocess.run(pipenv, stdout=subprocess.PIPE, text=True, check=False)
    if asked.returncode:
        return asked.returncode
    with tempfile.TemporaryDirectory() as folder:
        everything, uv_alone = Path(folder, "everything.txt"), Path(folder, "uv.txt")
        everything.write_text(asked.stdout)
        uv_alone.write_text("\n".join(line for line in asked.stdout.splitlines() if line.startswith("uv==")))
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
