"""The containers of an environment on this machine: started, migrated, looked at."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cli.aws import release_errors
from cli.console import say, show, table, warn
from cli.errors import CommandError
from cli.parts import AIRFLOW, WEB, parts_of, prepare_airflow
from cli.project import Project
from cli.release_session import context_of, migration_command, one_sided_context_of
from cli.session import Session

if TYPE_CHECKING:
    from config import Environment
    from local.dataplane import DataPlaneStatus

STEADY_SECONDS = {WEB: 300, AIRFLOW: 900}
"""What tasks of a part may take to become healthy: the first start compiles packages, or makes Airflow's tables."""


def run_containers(session: Session, parts: tuple[str, ...]) -> None:
    """Start the data plane, migrate the databases, and wait until every service runs what it wants.

    Args:
        session: of the environment.
        parts: what of it is run.

    Raises:
        CommandError: nothing is applied, a port is taken, a migration failed, or tasks do not become healthy.
    """
    from local.dataplane import DataPlaneError

    missing = [part for part in parts if part not in parts_of(session.environment)]
    if missing:
        raise CommandError(f"environments/{session.environment.name}.toml has no section for {', '.join(missing)}.")
    if not session.may_be_applied():
        name = session.environment.name
        raise CommandError(f"Nothing is applied in {name}, so no containers: ./windlass local apply makes it all.")
    if AIRFLOW in parts:
        prepare_airflow(session.project, session.environment)
    plane = session.project.local.data_plane(session.environment, parts=parts)
    try:
        plane.start()
        for name, service in session.environment.services.items():
            if WEB in parts and service.migration_command:
                _migrate(session, name, has_colours=service.strategy == "blue-green")
        if AIRFLOW in parts:
            say("Airflow makes its tables and starts; this takes a minute or two.")
        plane.wait_until_steady(max((STEADY_SECONDS[part] for part in parts), default=0))
    except DataPlaneError as error:
        raise CommandError(str(error)) from error
    for problem in plane.status().problems:
        warn(problem)


def show_containers(project: Project, environment: "Environment") -> None:
    """A table of what runs, and how to reach it."""
    status = project.local.data_plane(environment).status()
    if not status.running:
        return
    made = table("container service", "running", "logs")
    for service in status.services:
        folders = ", ".join(log_folders(service.logs, project.workspace.root))
        made.add_row(service.name, f"{service.running} of {service.desired}", folders)
    show(made)


def log_folders(logs: Iterable[Path], root: Path) -> list[str]:
    """The folders of log files, one for each task; within the project where they are there."""
    folders = sorted({log.parent for log in logs})
    return [str(folder.relative_to(root) if folder.is_relative_to(root) else folder) for folder in folders]


def reach(environment: "Environment", status: "DataPlaneStatus") -> list[tuple[str, str]]:
    """Commands that ask the services something, with what each does; for Airflow also how to log in."""
    running = {each.name for each in status.services}
    found = []
    for name, service in environment.services.items():
        if any(each.startswith(f"{environment.prefix}-{name}") for each in running):
            host = service.host_names[0] if service.host_names else "localhost"
            path = service.health_check_path
            found.append((_curl(environment, status, host, path), f"asks {name} how it is"))
    airflow = environment.airflow
    if airflow is not None and f"{environment.prefix}-airflow-api-server" in running:
        host = airflow.host_names[0] if airflow.host_names else "localhost"
        found.append((_curl(environment, status, host, "/api/v2/version"), "asks Airflow for its version"))
        user = airflow.first_user.username
        command = f"./windlass local airflow-password --environment {environment.name}"
        found.append((command, f"prints the password of {user}"))
    return found


def first_user_password(project: Project, environment: "Environment") -> str:
    """The password of Airflow's first user.

    Raises:
        CommandError: nothing is applied yet.
    """
    import boto3
    from botocore.exceptions import ClientError

    variables = project.local.variables(environment)
    client = boto3.client(
        "secretsmanager",
        endpoint_url=environment.aws.endpoint_url,
        region_name=environment.aws.region,
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    name = f"{environment.project}/{environment.name}/airflow/first-user-password"
    try:
        return str(client.get_secret_value(SecretId=name)["SecretString"])
    except ClientError as error:
        raise CommandError(f"There is no secret {name}; apply first: ./windlass local apply") from error


def _curl(environment: "Environment", status: "DataPlaneStatus", host: str, path: str) -> str:
    if environment.load_balancer.https:
        port = environment.load_balancer.https_port
        trust = f"--cacert {status.authority_path} --connect-to {host}:{port}:localhost:{port} "
        return f"curl {trust}https://{host}:{port}{path}"
    return f"curl -H 'Host: {host}' http://localhost:{environment.load_balancer.http_port}{path}"


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
