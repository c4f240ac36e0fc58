"""`./windlass local down`: stops the embedded AWS."""

import click

from cli.command import command
from cli.console import say
from cli.errors import CommandError
from cli.options import environment_option
from cli.project import Project
from local.embedded import EmbeddedAwsError


@command(changes=True, examples=("./windlass local down",))
@environment_option
@click.pass_obj
def down(project: Project, name: str) -> None:
    """Stop the embedded AWS and the containers. What was applied is gone then: it is kept in memory."""
    environment = project.environments.load(name)
    embedded = project.local.aws(environment)
    was_running = embedded.status().running
    try:
        project.local.data_plane(environment).remove()
        embedded.stop()
    except EmbeddedAwsError as error:
        raise CommandError(str(error)) from error
    say("The embedded AWS is stopped, and what was in it is gone." if was_running else "The embedded AWS did not run.")
