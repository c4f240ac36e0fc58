"""`./windlass airflow`: a command of Airflow's, in the cloud."""

from typing import TYPE_CHECKING

import click

from cli.aws import release_errors
from cli.command import command
from cli.console import messages
from cli.options import environment_argument
from cli.parameters import Duration
from cli.project import Project
from cli.release_session import aws_of, outputs
from cli.session import Session, open_readonly

if TYPE_CHECKING:
    from release.context import AnyContext


@command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    examples=("./windlass airflow dev rotate-fernet-key", "./windlass airflow prod dags list"),
)
@environment_argument
@click.argument("words", metavar="COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option(
    "--timeout", type=Duration(), default="15m", metavar="TIME", help="Wait this long for its end, such as 90s or 5m."
)
@click.pass_obj
def airflow(project: Project, name: str, words: tuple[str, ...], timeout: float) -> None:
    """Run a command of Airflow's in the cloud, as a task of its own.

    The task has the image, the network and the secrets of the API server. Its last log lines are printed. Options of
    Windlass come before ENV; what follows COMMAND is Airflow's.
    """
    with release_errors():
        from release.airflow_command import run_airflow

        context, service_name = context_of(open_readonly(project, name))
        run_airflow(context, service_name, words, timeout_seconds=timeout)


def context_of(session: Session) -> tuple["AnyContext", str]:
    """Everything that `release` needs to know of the API server, and the name of its ECS service."""
    from release.airflow_command import airflow_target
    from release.context import AnyContext
    from release.identity import author
    from release.reporter import Reporter

    target, service_name = airflow_target(outputs(session), session.environment.name)
    aws = aws_of(session)
    return AnyContext(aws=aws, target=target, author=author(aws), reporter=Reporter(messages())), service_name
