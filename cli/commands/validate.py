"""`./windlass validate`: Terraform's own check of every layer."""

import click

from cli.console import say
from cli.errors import CommandError
from cli.options import environment_argument, layer_option
from cli.project import Project
from cli.session import open_for_change


@click.command()
@environment_argument
@layer_option
@click.pass_obj
def validate(project: Project, name: str, layer: str | None) -> None:
    """Run `terraform validate` on every layer; a warning is an error (S04)."""
    session = open_for_change(project, name, needs_aws=False)
    found: list[str] = []
    for stack in session.stacks(layer):
        problems = stack.validate()
        say(f"{stack.name}: {'valid' if not problems else f'{len(problems)} problems'}")
        found += [f"{stack.name}: {problem}" for problem in problems]
    if found:
        raise CommandError("\n".join([f"Terraform does not accept {name}.", *found]))
