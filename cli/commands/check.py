"""`./windlass check`: the environment's file and the guards."""

import click

from cli.console import say
from cli.options import environment_argument
from cli.project import Project


@click.command()
@environment_argument
@click.pass_obj
def check(project: Project, name: str) -> None:
    """Check the environment's file and the guards; write nothing."""
    count, verdict = project.check(project.environment(name))
    for title, found in (("Warnings:", verdict.warnings), ("Waived:", verdict.waived)):
        if found:
            say("\n\n".join([title, *map(str, found), ""]))
    say(f"{name}: the configuration is sound, and the guards accept its {count} stacks.")
