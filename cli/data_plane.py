"""The containers of an environment on this machine: started, migrated, shown."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cli.aws import release_errors
from cli.console import say, show, table, warn
from cli.errors import CommandError
from cli.local_commands import apply_command
from cli.local_images import add_own_images
from cli.parts import AIRFLOW, WEB, parts_of, prepare_airflow
from cli.project import Project
from cli.release_session import migration_command, open_service
from cli.session import Session
from local.dataplane import DataPlaneError, DataPlaneStatus
from release.migrate import MigrateRequest

if TYPE_CHECKING:
    from config import Environment

STEADY_SECONDS = {WEB: 300, AIRFLOW: 900}
"""What tasks of a part may take to become healthy: the first start compiles packages, or creates Airflow's tables."""


def run_containers(session: Session, parts: tuple[str, ...], *, changed: bool) -> None:
    """Start the data plane, migrate the databases, and wait until every desired task is healthy.

    Args:
        session: of the environment.
        parts: which parts of it to run.
        changed: something was applied since the last time. If not, and everything runs, nothing is migrated again.

    Raises:
        CommandError: nothing is applied, a port is taken, a migration failed, or tasks do not become healthy. Then it
            says which service, why, in the words of the failing check, and what to do next.
    """
    missing = [part for part in parts if part not in parts_of(session.environment)]
    if missing:
        raise CommandError(f"environments/{session.environment.name}.toml has no section for {', '.join(missing)}.")
    session.require_state()
    if not session.is_applied():
        # Before anything starts: with a part of the containers, ECS would wait for those of the other part.
        name = session.environment.name
        raise CommandError(f"{name} has no applied service layer, so there is nothing to run: ./windlass apply {name}")
    prepare_containers(session, parts)
    plane = session.project.local.data_plane(session.environment, parts=parts)
    before = plane.status()
    try:
        plane.start(report=say)
        # A data plane that was restarted may run services now that it did not run before.
        was_steady = not changed and _is_steady(before) and plane.status().pid == before.pid
        if WEB in parts and not was_steady:
            _migrate_all(session)
        if not was_steady:
            say("Waiting until every container is healthy.")
        longest = max((STEADY_SECONDS[part] for part in parts), default=0)
        plane.wait_until_steady(longest, report=say, prefix=f"{session.environment.prefix}-")
    except DataPlaneError as error:
        raise CommandError(str(error)) from error
    for problem in plane.status().problems:
        warn(problem)


def prepare_containers(session: Session, parts: tuple[str, ...]) -> None:
    """Install and add what containers run: Airflow's packages, repositories of DAGs, tags in the registry."""
    if AIRFLOW in parts:
        prepare_airflow(session.project, session.environment)
    add_own_images(session)


def start_early(session: Session, parts: tuple[str, ...]) -> None:
    """Start the data plane before the layer with the services is applied: each starts as soon as it exists.

    Raises:
        CommandError: a port is taken, or the data plane does not start.
    """
    prepare_containers(session, parts)
    try:
        session.project.local.data_plane(session.environment, parts=parts).start(report=say)
    except DataPlaneError as error:
        raise CommandError(str(error)) from error


def show_containers(project: Project, status: DataPlaneStatus) -> None:
    """A table of what runs: the services of ECS, their health, and where their logs are."""
    services = table("service", "running", "state", "logs")
    for service in status.services:
        state = service.problem or "starting"
        if service.steady:
            state = "healthy" if service.desired else "no tasks desired"
        folders = ", ".join(log_folders(service.logs, project.workspace.root))
        services.add_row(service.name, f"{service.running} of {service.desired}", state, folders)
    show(services)


def log_folders(logs: Iterable[Path], root: Path) -> list[str]:
    """The folders of log files, one for each task; relative to the user's folder where they are in it."""
    folders = sorted({log.parent for log in logs})
    return [str(folder.relative_to(root) if folder.is_relative_to(root) else folder) for folder in folders]


def first_user_password(project: Project, environment: "Environment") -> str:
    """The password of Airflow's first user.

    Raises:
        CommandError: nothing is applied yet.
    """
    client = project.local.client(environment, "secretsmanager")
    name = f"{environment.project}/{environment.name}/airflow/first-user-password"
    try:
        return str(client.get_secret_value(SecretId=name)["SecretString"])
    except ClientError as error:
        raise CommandError(f"There is no secret {name}; apply first: {apply_command(environment.name)}") from error


def _is_steady(status: "DataPlaneStatus") -> bool:
    return status.running and status.ready and all(each.steady for each in status.services)


def _migrate_all(session: Session) -> None:
    for name, service in session.environment.services.items():
        if service.migration_command:
            _migrate(session, name)


def _migrate(session: Session, service: str) -> None:
    with release_errors():
        open_service(session, service).migrate(MigrateRequest(command=migration_command(session.environment, service)))
