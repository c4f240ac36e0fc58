"""A hash of the code in `local/`, so that a process that runs older code is noticed."""

import hashlib
from pathlib import Path

from workspace import WINDLASS_FOLDER

CHANGED = "its code in local/ has changed"
"""Why a process is restarted, as a sentence."""


def code_fingerprint(windlass_folder: Path = WINDLASS_FOLDER) -> str:
    """The hash of all Python files of `local/` in Windlass's folder."""
    code = hashlib.sha256()
    folder = windlass_folder.resolve()
    for path in sorted((folder / "local").rglob("*.py")):
        code.update(f"{path.relative_to(folder)}\0".encode())
        code.update(path.read_bytes())
    return code.hexdigest()
