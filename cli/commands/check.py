"""`./windlass check`: the environment's file and the guards."""

import click

from cli.console import say
from cli.errors import FAILED
from cli.options import environment_argument
from cli.project import Project


@click.command()
@environment_argument
@click.pass_obj
def check(project: Project, name: str) -> int:
    """Check the environment's file and the guards; write nothing."""
    count, verdict = project.synthesis.check(project.environments.load(name))
    for title, found in (("Warnings:", verdict.warnings), ("Waived:", verdict.waived)):
        if found:
            say("\n\n".join([title, *map(str, found), ""]))
    if verdict.warnings:
        say(f"{name}: fix each warning, or waive it with a reason ([[waivers]] in environments/{name}.toml).")
        return FAILED
    say(f"{name}: the configuration is sound, and the guards accept its {count} stacks.")
    return 0
