"""`./windlass local down`: stops the embedded AWS and the containers."""

import click

from cli.command import command
from cli.console import result, warn
from cli.local_commands import local_command
from cli.local_saves import save_problem
from cli.options import environment_option
from cli.project import Project


@command(changes="environment", stops_platform=True, examples=("./windlass local down",))
@environment_option
@click.pass_obj
def down(project: Project, name: str) -> None:
    """Stop the embedded AWS and the containers. What was applied is saved, and `local up` brings it back.

    Where it cannot be saved, because an apply was killed or the disk is full, it says so.
    """
    environment = project.environments.load(name)
    embedded = project.local.aws(environment)
    was_running = embedded.status().running or project.local.data_plane(environment).status().running
    problem = save_problem(embedded)
    project.local.stop(environment)
    if not was_running:
        result("The embedded AWS was not running.")
    elif problem:
        warn(f"Stopped. What was done last is not saved: {problem}.")
        if embedded.saved.header() is not None:
            result(f"To bring back what was saved before: {local_command('up', name)}")
    elif embedded.saved.header() is not None:
        result(f"Stopped; what was applied is saved. To bring it back: {local_command('up', name)}")
    else:
        result("Stopped.")
