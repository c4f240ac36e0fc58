"""What an applied local platform leaves on this machine, and how it is forgotten."""

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from cli.project import Project
from cli.synthesis import BOOTSTRAP, DELIVERY
from layers.output_folder import output_folder

if TYPE_CHECKING:
    from config import Environment


def forget_applied(project: Project, environment: "Environment") -> None:
    """Delete the account, the data stores and the states of an environment; both of its processes must be stopped."""
    project.local.data_plane(environment).remove()
    bootstrap_file = project.stacks.bootstrap_file(environment)
    for left in bootstrap_file.parent.glob(f"{bootstrap_file.stem}.*"):
        left.unlink()
    root = project.workspace.root
    for layer in (*project.synthesis.all_layers(), DELIVERY, BOOTSTRAP):
        shutil.rmtree(project.synthesis.folder(environment, layer), ignore_errors=True)
        if environment.state.backend == "local":
            # They describe what is gone, and their backups have its sensitive values.
            state = root / environment.state.path / environment.state_key(layer)
            shutil.rmtree(state.parent, ignore_errors=True)
            _remove_empty(state.parent.parent, up_to=root)
    output = output_folder(root)
    _remove_empty(output / "stacks", up_to=output)
    if not (output / "stacks").exists():
        (output / "manifest.json").unlink(missing_ok=True)
        _remove_empty(output, up_to=root)
    shutil.rmtree(project.local.aws(environment).folder, ignore_errors=True)


def _remove_empty(folder: Path, *, up_to: Path) -> None:
    """Remove a folder and those above it, as long as they are empty."""
    with contextlib.suppress(OSError):
        while folder.is_relative_to(up_to) and folder != up_to:
            folder.rmdir()
            folder = folder.parent
