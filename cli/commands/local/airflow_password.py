"""`./windlass local airflow-password`: of Airflow's first user."""

import click

from cli.command import command
from cli.data_plane import first_user_password
from cli.errors import CommandError
from cli.options import environment_option
from cli.project import Project


@command("airflow-password", changes="nothing", examples=("./windlass local airflow-password",))
@environment_option
@click.pass_obj
def airflow_password(project: Project, name: str) -> None:
    """Print the password of Airflow's first user."""
    environment = project.environments.load(name)
    if environment.airflow is None:
        raise CommandError(f"environments/{name}.toml has no [airflow] section.")
    project.local.require_running(environment)
    click.echo(first_user_password(project, environment))
