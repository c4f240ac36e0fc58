"""Starts the embedded AWS of an environment."""

from cli.console import say
from cli.errors import CommandError
from cli.project import Project


def start(project: Project, name: str) -> None:
    """Start the embedded AWS of an environment and say where it is; raises CommandError where that fails."""
    from local.embedded import EmbeddedAwsError

    environment = project.environments.load(name)
    embedded = project.local.aws(environment)
    try:
        embedded.start()
    except EmbeddedAwsError as error:
        raise CommandError(str(error)) from error
    say(f"The embedded AWS runs at {environment.aws.endpoint_url}.")
