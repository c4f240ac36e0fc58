"""A group of commands that imports a command when it runs, and lists all of them by topic without importing any.

This is the lazy group of click's documentation, with the short help beside the name: help and completion would
otherwise import every command for the sake of one line.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click
from click.shell_completion import CompletionItem


@dataclass(frozen=True, kw_only=True)
class LazyCommand:
    """Where a command is, and what the list says about it."""

    target: str
    """`module:attribute`."""
    short_help: str
    """One line, below 50 characters."""

    def load(self) -> click.Command:
        """Import it."""
        module, _, attribute = self.target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


class LazyGroup(click.Group):
    """A group with its commands by topic.

    Args:
        topics: heading → name of a command → the command, in the order in which they are listed.
    """

    def __init__(self, *arguments: Any, topics: Mapping[str, Mapping[str, LazyCommand]], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.topics = topics
        self.lazy_commands = {name: command for commands in topics.values() for name, command in commands.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All names, topic by topic."""
        return list(self.lazy_commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; None where there is none of that name."""
        command = self.lazy_commands.get(cmd_name)
        return command.load() if command is not None else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names; a misspelt one gets a suggestion."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches  # here: only mistakes need it

            similar = get_close_matches(args[0], self.lazy_commands, n=1)
            hint = f" Did you mean {similar[0]!r}?" if similar else ""
            raise click.UsageError(f"{error.message}{hint}", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write a section for each topic."""
        width = max(map(len, self.lazy_commands))
        for heading, commands in self.topics.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), each.short_help) for name, each in commands.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of commands, and the options of the group."""
        names = [
            CompletionItem(name, help=command.short_help)
            for name, command in self.lazy_commands.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]
