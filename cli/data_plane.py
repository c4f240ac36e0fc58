"""The containers of an environment on this machine: started, migrated, looked at."""

from typing import TYPE_CHECKING

from cli.console import say, show, table
from cli.errors import CommandError
from cli.project import Project
from cli.release_session import context_of, migration_command, one_sided_context_of, release_errors
from cli.session import Session

if TYPE_CHECKING:
    from config import Environment
    from local.dataplane import DataPlaneStatus

STEADY_SECONDS = 120
"""What tasks may take to become healthy; the first start compiles the packages."""


def run_containers(session: Session) -> None:
    """Start the data plane, migrate the databases, and wait until every service runs what it wants.

    Raises:
        CommandError: a port is taken, a migration failed, or tasks do not become healthy.
    """
    from local.dataplane import DataPlaneError

    plane = session.project.data_plane(session.environment)
    try:
        plane.start()
        for name, service in session.environment.services.items():
            if service.migration_command:
                _migrate(session, name, has_colours=service.strategy == "blue-green")
        plane.wait_until_steady(STEADY_SECONDS)
    except DataPlaneError as error:
        raise CommandError(str(error)) from error
    for problem in plane.status().problems:
        say(problem, style="yellow")


def show_containers(project: Project, environment: "Environment") -> None:
    """A table of what runs, and how to reach it."""
    status = project.data_plane(environment).status()
    if not status.running:
        return
    made = table("container service", "running", "logs")
    for service in status.services:
        made.add_row(service.name, f"{service.running} of {service.desired}", ", ".join(map(str, service.logs)))
    show(made)


def reach(environment: "Environment", status: "DataPlaneStatus") -> list[tuple[str, str]]:
    """A command for each service that asks it something, with what it does."""
    found = []
    for name, service in environment.services.items():
        host = service.host_names[0] if service.host_names else "localhost"
        if environment.load_balancer.https:
            port = environment.data_plane.https_port
            trust = f"--cacert {status.authority_path} --connect-to {host}:{port}:localhost:{port} "
            found.append((f"curl {trust}https://{host}:{port}{service.health_check_path}", f"asks {name} how it is"))
        else:
            port = environment.data_plane.http_port
            found.append((f"curl -H 'Host: {host}' http://localhost:{port}{service.health_check_path}", f"asks {name}"))
    return found


def _migrate(session: Session, service: str, *, has_colours: bool) -> None:
    command = migration_command(session.environment, service)
    with release_errors():
        from release.migrate import MigrateRequest, migrate, migrate_like

        request = MigrateRequest(command=command)
        if has_colours:
            migrate(context_of(session, service), request)
            return
        context = one_sided_context_of(session, service)
        migrate_like(
            context,
            context.target.service_name,
            command=command,
            timeout_seconds=request.timeout_seconds,
            label=service,
        )
