"""`./windlass migrate`: the database of a service, as a task of its own."""

from typing import Any

import click

from cli.aws import release_errors
from cli.command import command
from cli.console import messages
from cli.options import environment_argument
from cli.parameters import Duration
from cli.project import Project
from cli.release_options import service_argument
from cli.release_session import context_of, migration_command, one_sided_context_of, strategy_of
from cli.session import Session, open_readonly


@command(examples=("./windlass migrate prod web", "./windlass migrate prod web --stop"))
@environment_argument
@service_argument
@click.argument("colour", required=False, type=click.Choice(["blue", "green"]))
@click.option(
    "--timeout", type=Duration(), default="15m", show_default=True, metavar="TIME", help="Wait this long for its end."
)
@click.option("--stop", is_flag=True, help="Stop the migration that is running, instead.")
@click.pass_obj
def migrate(project: Project, name: str, service: str, colour: Any, timeout: float, stop: bool) -> None:
    """Run the database migration of a service, as a task of its own.

    For the first installation, and to try again: `deploy` migrates automatically. It runs the image of the idle colour,
    or of COLOUR; for other strategies the newest image that Terraform has registered.
    """
    with release_errors():
        from release.migrate import MigrateRequest, stop_migration
        from release.migrate import migrate as run_migration

        command = migration_command(project.environments.load(name), service)
        session = open_readonly(project, name)
        if strategy_of(session, service) != "blue-green":
            _migrate_one_sided(session, service, command, colour=colour, timeout=timeout, stop=stop)
            return
        context = context_of(session, service)
        if stop:
            if not stop_migration(context):
                messages().print("No migration runs.")
            return
        run_migration(context, MigrateRequest(command=command, colour=colour, timeout_seconds=timeout))


def _migrate_one_sided(
    session: Session, service: str, command: tuple[str, ...], *, colour: str | None, timeout: float, stop: bool
) -> None:
    from release.errors import BadRequestError
    from release.migrate import MigrateRequest, migrate_like, stop_migration

    if colour is not None:
        raise BadRequestError(f"{service} has no colours: leave {colour} out.")
    context = one_sided_context_of(session, service)
    if stop:
        if not stop_migration(context):
            messages().print("No migration runs.")
        return
    migrate_like(
        context,
        context.target.service_name,
        command=MigrateRequest(command=command).command,
        timeout_seconds=timeout,
        label=service,
        task_definition=context.ecs.newest_task_definition(),
    )
