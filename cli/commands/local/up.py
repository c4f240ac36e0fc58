"""`./windlass local up`: the embedded AWS, and containers of what is applied."""

import click

from cli.command import command
from cli.commands.local.start import start
from cli.console import say
from cli.data_plane import run_containers, show_containers
from cli.local_commands import apply_command
from cli.options import environment_option
from cli.parts import PARTS
from cli.project import Project
from cli.session import open_readonly


@command(changes=True, examples=("./windlass local up", "./windlass local up --with web --with airflow"))
@environment_option
@click.option("--with", "parts", type=click.Choice(PARTS), multiple=True, help="Run the containers of this part too.")
@click.pass_obj
def up(project: Project, name: str, parts: tuple[str, ...]) -> None:
    """Start the embedded AWS, and with --with also the containers of what is applied."""
    start(project, name, containers=bool(parts))
    session = open_readonly(project, name)
    if not parts and not session.may_be_applied():
        say(f"Nothing is applied in it: it keeps everything in memory. To apply everything: {apply_command(name)}")
    if parts:
        run_containers(session, parts, changed=False)
        show_containers(project, project.local.data_plane(session.environment, parts=parts).status())
