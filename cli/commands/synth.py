"""`./windlass synth`: the Terraform JSON of every layer."""

import click

from cli.console import output as result_console
from cli.options import environment_argument
from cli.project import Project


@click.command()
@environment_argument
@click.pass_obj
def synth(project: Project, name: str) -> None:
    """Write the Terraform JSON of every layer."""
    for folder in project.synthesise(project.environment(name)).values():
        result_console().print(str(folder.relative_to(project.root)))
