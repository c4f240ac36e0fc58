"""`./windlass local delegate`: plays the person who delegates a DNS zone."""

import click

from cli.command import command
from cli.console import print_json, result
from cli.empty_account import delegate as delegate_zone
from cli.options import as_json, environment_option
from cli.project import Project


@command(changes="release", examples=("./windlass local delegate windlass.localhost",))
@environment_option
@click.argument("zone", metavar="ZONE")
@as_json
@click.pass_obj
def delegate(project: Project, name: str, zone: str, as_json: bool) -> None:
    """Delegate a DNS zone in the embedded AWS, as you would in the parent zone or where the domain is registered.

    Only an account that was started with `local up --empty` needs it; in others every zone is delegated at once.
    """
    environment = project.environments.load(name)
    project.local.require_running(environment)
    name_servers = delegate_zone(project, environment, zone)
    if as_json:
        print_json({"zone": zone, "name_servers": name_servers})
        return
    result(f"{zone} is delegated to {', '.join(name_servers)}.", style="green")
