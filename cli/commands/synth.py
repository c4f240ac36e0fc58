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
    for folder in project.synthesis.write(project.environments.load(name), allow_warnings=False).values():
        result_console().print(project.workspace.relative(folder))
