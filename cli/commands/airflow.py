"""`./windlass airflow`: a command of Airflow's, in the cloud."""

from typing import TYPE_CHECKING

import click

from cli.aws import release_errors
from cli.console import messages
from cli.project import Project
from cli.release_session import aws_of, outputs
from cli.session import Session, open_readonly

if TYPE_CHECKING:
    from release.context import AnyContext


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", metavar="ENV")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--timeout", type=float, default=900, show_default=True, help="Seconds to wait for its end.")
@click.pass_obj
def airflow(project: Project, name: str, command: tuple[str, ...], timeout: float) -> None:
    """Run a command of Airflow's as a task of its own: `airflow dev rotate-fernet-key`.

    It has the image, the network and the secrets of the API server. Its last log lines are shown.
    """
    with release_errors():
        from release.airflow_command import run_airflow

        context, service_name = context_of(open_readonly(project, name))
        run_airflow(context, service_name, command, timeout_seconds=timeout)


def context_of(session: Session) -> tuple["AnyContext", str]:
    """Everything that `release` needs to know of the API server, and the name of its ECS service."""
    from release.airflow_command import airflow_target
    from release.context import AnyContext
    from release.identity import author
    from release.reporter import Reporter

    target, service_name = airflow_target(outputs(session), session.environment.name)
    aws = aws_of(session)
    return AnyContext(aws=aws, target=target, author=author(aws), reporter=Reporter(messages())), service_name
