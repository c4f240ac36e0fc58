"""The two folders that Windlass works with: its own, and the user's.

Windlass's own folder holds the code and what is installed with it. The user's folder holds `environments/`, `.env`, the
generated JSON (`cdktf.out`) and what belongs to this machine only (`.windlass`). In a clone that is used as it is, both
are the same folder.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

WINDLASS_FOLDER = Path(__file__).resolve().parent
"""Windlass's own folder: the clone, or wherever the code is."""
ENVIRONMENTS = "environments"
ROOT_VARIABLE = "WINDLASS_ROOT"
"""Names the user's folder; without it the folder is searched for."""


class WorkspaceError(Exception):
    """The user's folder cannot be found; `str()` is a sentence for people."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """Where everything is, given both folders."""

    root: Path
    """The user's folder."""
    windlass_folder: Path = WINDLASS_FOLDER

    @property
    def environments_folder(self) -> Path:
        """The environment files."""
        return self.root / ENVIRONMENTS

    @property
    def work_folder(self) -> Path:
        """What belongs to this machine only: logs, plans, provider cache, the embedded AWS."""
        return self.root / ".windlass"

    @property
    def repositories_folder(self) -> Path:
        """Git repositories on this machine that stand in for remote ones, as `HOST/PATH`."""
        return self.work_folder / "repositories"

    @property
    def authority_folder(self) -> Path:
        """The certificate authority of the addresses on this machine, which `local trust` makes a browser trust."""
        return self.work_folder / "authority"

    def relative(self, path: Path) -> str:
        """A path for people: relative to the user's folder where it is inside."""
        return str(path.relative_to(self.root) if path.is_relative_to(self.root) else path)


def find_workspace(start: Path | None = None, variables: Mapping[str, str] = os.environ) -> Workspace:
    """The workspace of a working directory.

    Args:
        start: where the search begins. Default: the working directory.
        variables: environment variables; `WINDLASS_ROOT` names the user's folder and ends the search.

    Raises:
        WorkspaceError: neither the folder nor one above it has `environments/`, or `WINDLASS_ROOT` names a wrong one.
    """
    named = variables.get(ROOT_VARIABLE)
    if named:
        root = Path(named).expanduser().resolve()
        if not (root / ENVIRONMENTS).is_dir():
            raise WorkspaceError(
                f"{ROOT_VARIABLE} is {named!r}, which has no folder {ENVIRONMENTS}/; "
                f"allowed: a folder that contains {ENVIRONMENTS}/ with a TOML file for each environment."
            )
        return Workspace(root=root)
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / ENVIRONMENTS).is_dir():
            return Workspace(root=folder)
    raise WorkspaceError(
        f"Neither {start} nor a folder above it has {ENVIRONMENTS}/. "
        f"Go to a folder that has one, or set {ROOT_VARIABLE} to it (Windlass's own: {WINDLASS_FOLDER})."
    )
