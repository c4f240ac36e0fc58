"""`./windlass completion`: a script that completes commands, environments and services in a shell."""

import click
from click.shell_completion import get_completion_class

from cli.command import command

SHELLS = {"bash": "$1", "zsh": "${words[1]}", "fish": "(commandline -opc)[1]"}
"""Shell → the command as it was typed: a clone's `./windlass` is not on the PATH, where click's scripts look for it."""


@command(
    changes="nothing",
    examples=(
        'eval "$(./windlass completion bash)"     # in ~/.bashrc',
        'eval "$(./windlass completion zsh)"      # in ~/.zshrc, after compinit',
        "./windlass completion fish | source      # in config.fish",
    ),
)
@click.argument("shell", type=click.Choice(tuple(SHELLS)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a completion script for your shell.

    It completes commands, options, and the names of environments, services and layers. It works for `windlass` and
    `./windlass`, in every folder that has environments.
    """
    click.echo(script(context.find_root().command, shell))


def script(program: click.Command, shell: str) -> str:
    """The completion script of a shell."""
    kind = get_completion_class(shell)
    assert kind is not None
    source = kind(program, {}, "windlass", "_WINDLASS_COMPLETE").source()
    source = source.replace("    (( ! $+commands[windlass] )) && return 1\n", "")
    return source.replace(f"={shell}_complete windlass", f"={shell}_complete {SHELLS[shell]}").replace(
        "(commandline -t) windlass", f"(commandline -t) {SHELLS[shell]}"
    )
