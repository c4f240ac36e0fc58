"""Starts the embedded AWS of an environment."""

from cli.console import say, warn
from cli.errors import CommandError
from cli.local_ports import local_ports, refuse_unusable_ports
from cli.project import Project
from local.embedded import EmbeddedAwsError


def start(project: Project, name: str, *, containers: bool) -> None:
    """Start the embedded AWS of an environment and say where it is.

    Args:
        project: with the environment.
        name: of the environment.
        containers: containers will run too, so the ports of the load balancer must be free. What a killed data plane
            left is ended before they are checked.

    Raises:
        CommandError: it does not start, or ports are taken; minutes before the first container would need them.
    """
    environment = project.environments.load(name)
    embedded = project.local.aws(environment)
    was_running = embedded.status().running
    check_ports(project, name, containers=containers)
    try:
        embedded.start(report=say)
    except EmbeddedAwsError as error:
        raise CommandError(str(error)) from error
    say(f"The embedded AWS {'runs' if was_running else 'has started'} at {environment.aws.endpoint_url}.")
    problem = embedded.status().save_problem
    if problem:
        warn(f"{name}: {problem}.")


def check_ports(project: Project, name: str, *, containers: bool) -> None:
    """Raise CommandError where a port that `start` and the containers need is taken, or not usable."""
    environment = project.environments.load(name)
    needed = [] if project.local.aws(environment).status().running else ["aws.endpoint_url"]
    if containers:
        data_plane = project.local.data_plane(environment)
        if not data_plane.status().running:
            data_plane.end_leftovers(report=say)
            needed += [key for key in local_ports(environment) if key.startswith("load_balancer.")]
    refuse_unusable_ports(environment, needed)
