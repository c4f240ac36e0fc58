"""What a command is given: the workspace, and one object for each thing that commands do with it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cli.environments import Environments
from cli.errors import BAD_CONFIGURATION, CommandError
from workspace import Workspace, WorkspaceError, find_workspace

if TYPE_CHECKING:
    from cli.local_platform import LocalPlatform
    from cli.running.stacks import Stacks
    from cli.synthesis import Synthesis


@dataclass(frozen=True, kw_only=True)
class Project:
    """Makes each part when it is first needed.

    Three parts are imported there, too: at the top, they would add a fifth of a second to `./windlass --help`.
    """

    root: Path | None = None
    """The user's folder. Default: the one that `workspace.find_workspace` finds."""

    @cached_property
    def workspace(self) -> Workspace:
        """The two folders; raises CommandError where there is no `environments/`."""
        if self.root is not None:
            return Workspace(root=self.root)
        try:
            return find_workspace()
        except WorkspaceError as error:
            raise CommandError(str(error), exit_code=BAD_CONFIGURATION) from error

    @cached_property
    def environments(self) -> Environments:
        """Loads environment files."""
        return Environments(workspace=self.workspace)

    @cached_property
    def synthesis(self) -> "Synthesis":
        """Synth and guards."""
        from cli.synthesis import Synthesis

        return Synthesis(workspace=self.workspace)

    @cached_property
    def stacks(self) -> "Stacks":
        """Terraform and the states."""
        from cli.running.stacks import Stacks

        return Stacks(workspace=self.workspace, synthesis=self.synthesis, variables=self.local.variables)

    @cached_property
    def local(self) -> "LocalPlatform":
        """The embedded AWS and the data plane."""
        from cli.local_platform import LocalPlatform

        return LocalPlatform(workspace=self.workspace)
