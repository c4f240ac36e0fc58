"""`./windlass airflow`: a command of Airflow's, in the cloud."""

import click

from cli.aws import release_errors
from cli.command import command
from cli.options import environment_argument
from cli.parameters import Duration
from cli.project import Project
from cli.release_session import outputs, release_session
from cli.session import open_readonly
from release.airflow_command import open_api_server, run_airflow


@command(
    changes="release",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    examples=("./windlass airflow dev rotate-fernet-key", "./windlass airflow prod dags list"),
)
@environment_argument
@click.argument("words", metavar="COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option(
    "--timeout",
    type=Duration(),
    default="15m",
    metavar="TIME",
    help="How long to wait for it to finish, such as 90s or 5m.",
)
@click.pass_obj
def airflow(project: Project, name: str, words: tuple[str, ...], timeout: float) -> None:
    """Run an Airflow command in the cloud, as a separate task.

    The task has the image, the network and the secrets of the API server. Its last log lines are printed. Put
    Windlass options before ENV; everything after COMMAND goes to Airflow.
    """
    with release_errors():
        session = open_readonly(project, name)
        run_airflow(open_api_server(outputs(session), release_session(session)), words, timeout_seconds=timeout)
