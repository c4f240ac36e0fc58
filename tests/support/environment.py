"""Virtual environments of their own, for test tools whose dependencies conflict with the project's."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.uv_tool import uv_command, uv_variables
from tests.support.documents import ROOT


def environment_of(tool: str, requirements: Path) -> Path:
    """The folder `.venv-TOOL`; created first if it is missing or outdated (30 s).

    Args:
        tool: names the folder.
        requirements: exact versions with hashes, of everything that the tool needs.
    """
    folder = ROOT / f".venv-{tool}"
    stamp = folder / ".stamp"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        unfinished = ROOT / f"{folder.name}.{os.getpid()}"
        _uv("venv", "--relocatable", "--python", sys.executable, str(unfinished))
        python = str(unfinished / "bin" / "python")
        install = ("pip", "install", "--python", python, "--no-deps", "--require-hashes", "--compile-bytecode")
        _uv(*install, "--requirements", str(requirements))
        (unfinished / ".stamp").write_text(wanted)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    return folder


def _uv(*arguments: str) -> None:
    done = subprocess.run([*uv_command(), *arguments], env=uv_variables(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
