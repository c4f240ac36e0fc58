"""The environments of a workspace, read from their files."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.errors import BAD_CONFIGURATION, CommandError
from workspace import Workspace

if TYPE_CHECKING:
    from config import ConfigurationError, Environment
    from config.notices import Notice


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
            raise _refused(error) from error

    def others(self, name: str) -> "tuple[dict[str, Environment], list[str]]":
        """The other environments by their files, and the files that cannot be read.

        What overrides the environment of a command is not meant for them.
        """
        from config import ConfigurationError, environment_names, load

        environments, unreadable = {}, []
        for other in environment_names(self.workspace.root):
            source = f"environments/{other}.toml"
            try:
                if other != name:
                    environments[source] = load(other, self.workspace.root, overridden=False)
            except ConfigurationError:
                unreadable.append(source)
        return environments, unreadable

    def beside_others(self, environment: "Environment") -> "tuple[Notice, ...]":
        """Compare an environment with the others of the workspace; returns what is worth knowing.

        Raises:
            CommandError: two files would make the same; names both.
        """
        from config import ConfigurationError
        from config.neighbours import collisions, neighbour_notices
        from config.notices import Notice

        others, unreadable = self.others(environment.name)
        if problems := list(collisions(environment, others)):
            raise _refused(ConfigurationError(f"environments/{environment.name}.toml", problems))
        skipped = (
            Notice(path=(), message=f"it was not compared with {source}, which has mistakes") for source in unreadable
        )
        return (*neighbour_notices(environment, others), *skipped)


def _refused(error: "ConfigurationError") -> CommandError:
    problems = [
        {"file": error.source, "key": each.key, "message": each.message, "origin": each.origin}
        for each in error.problems
    ]
    return CommandError(str(error), exit_code=BAD_CONFIGURATION, problems=problems)
