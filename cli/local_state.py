"""What an applied local platform leaves on this machine, and how it is forgotten."""

import shutil
from typing import TYPE_CHECKING

from cli.project import Project
from cli.synthesis import BOOTSTRAP

if TYPE_CHECKING:
    from config import Environment


def forget_applied(project: Project, environment: "Environment") -> None:
    """Delete the account, the data stores and the states of an environment; both of its processes must be stopped."""
    project.local.data_plane(environment).remove()
    bootstrap_file = project.stacks.bootstrap_file(environment)
    for left in bootstrap_file.parent.glob(f"{bootstrap_file.stem}.*"):
        left.unlink()
    for layer in (*project.synthesis.all_layers(), BOOTSTRAP):
        shutil.rmtree(project.synthesis.folder(environment, layer), ignore_errors=True)
    shutil.rmtree(project.local.aws(environment).folder, ignore_errors=True)
