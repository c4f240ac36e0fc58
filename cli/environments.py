"""The environments of a workspace, read from their files."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.errors import BAD_CONFIGURATION, CommandError
from workspace import Workspace

if TYPE_CHECKING:
    from config import Environment


@dataclass(frozen=True, kw_only=True)
class Environments:
    """Loads environment files."""

    workspace: Workspace

    def exists(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return (self.workspace.environments_folder / f"{name}.toml").exists()

    def load(self, name: str) -> "Environment":
        """The environment of that name; raises CommandError with every mistake of its file."""
        # No plugin of pydantic is used; looking for some among all installed packages takes 30 ms.
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
        # pydantic and the models take a quarter of a second, which commands without an environment need not pay.
        from config import ConfigurationError, load

        try:
            return load(name, self.workspace.root)
        except ConfigurationError as error:
            problems = [
                {"file": error.source, "key": each.key, "message": each.message, "origin": each.origin}
                for each in error.problems
            ]
            raise CommandError(str(error), exit_code=BAD_CONFIGURATION, problems=problems) from error
