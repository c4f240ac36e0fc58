"""`./windlass synth`: the Terraform JSON of every layer."""

import click

from cli.command import command
from cli.console import output as result_console
from cli.console import print_json
from cli.options import as_json, environment_argument
from cli.project import Project


@command(changes="nothing", examples=("./windlass synth prod",), exit_codes={1: "failure, or a guard warns"})
@environment_argument
@as_json
@click.pass_obj
def synth(project: Project, name: str, as_json: bool) -> None:
    """Write the Terraform JSON of every layer to cdktf.out/stacks/.

    A synth that is refused leaves the files of the one before as they were.
    """
    folders = project.synthesis.write(project.environments.load(name), allow_warnings=False)
    if as_json:
        print_json({layer: str(folder) for layer, folder in folders.items()})
        return
    for folder in folders.values():
        result_console().print(project.workspace.relative(folder))
