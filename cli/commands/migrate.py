"""`./windlass migrate`: the database of a service, as a separate task."""

from typing import Any

import click

from cli.aws import release_errors
from cli.command import command
from cli.console import print_json, result
from cli.options import as_json, environment_argument
from cli.parameters import Duration
from cli.project import Project
from cli.release_options import service_argument
from cli.release_session import migration_command, open_service
from cli.session import open_readonly
from release.migrate import MigrateRequest


@command(changes="release", examples=("./windlass migrate prod web", "./windlass migrate prod web --stop"))
@environment_argument
@service_argument
@click.argument("colour", required=False, type=click.Choice(["blue", "green"]))
@click.option(
    "--timeout",
    type=Duration(),
    default="15m",
    show_default=True,
    metavar="TIME",
    help="How long to wait for it to finish.",
)
@click.option("--stop", is_flag=True, help="Stop the migration that is running, instead.")
@as_json
@click.pass_obj
def migrate(project: Project, name: str, service: str, colour: Any, timeout: float, stop: bool, as_json: bool) -> None:
    """Run the database migration of a service, as a separate task.

    For the first installation, and to try again: `deploy` migrates automatically. It runs the image of the idle colour,
    or of the one that you name (blue or green); for other strategies the newest image that Terraform has registered.
    """
    with release_errors():
        migration = migration_command(project.environments.load(name), service)
        target = open_service(open_readonly(project, name), service, as_json=as_json)
        stopped = False
        if not stop:
            target.migrate(MigrateRequest(command=migration, colour=colour, timeout_seconds=timeout))
        else:
            stopped = target.stop_migration()
            if not stopped:
                result("No migration is running.", as_json=as_json)
    if as_json:
        print_json({"service": service, "migrated": not stop, "stopped": stopped})
