"""`./windlass local up`: the embedded AWS, and containers of what is applied."""

import time

import click

from cli.command import command
from cli.commands.local.start import start
from cli.commands.local.welcome import show_addresses
from cli.console import result
from cli.data_plane import run_containers, show_containers
from cli.empty_account import is_empty, refuse_what_is_applied, start_empty
from cli.errors import BAD_CONFIGURATION, CommandError
from cli.local_commands import apply_command
from cli.options import environment_option
from cli.parts import PARTS, parts_of
from cli.project import Project
from cli.running.progress import duration
from cli.session import open_readonly


@command(
    changes="environment",
    examples=(
        "./windlass local up",
        "./windlass local up --with web",
        "./windlass local up --bare",
        "./windlass local up --empty",
    ),
)
@environment_option
@click.option("--with", "parts", type=click.Choice(PARTS), multiple=True, help="Run the containers of this part only.")
@click.option("--bare", is_flag=True, help="Do not run containers.")
@click.option("--empty", is_flag=True, help="Leave images, secrets and DNS to you, as an account on AWS does.")
@click.pass_obj
def up(project: Project, name: str, parts: tuple[str, ...], bare: bool, empty: bool) -> None:
    """Start the embedded AWS with what was applied to it before, and its containers.

    With --empty an account in which nothing was applied stays empty: no image is there that nobody pushed, and no DNS
    zone is delegated until `local delegate` says so. It is so until `local reset` or `local clean`.
    """
    if bare and parts:
        raise CommandError("--bare and --with contradict each other.", exit_code=BAD_CONFIGURATION)
    started = time.monotonic()
    environment = project.environments.load(name)
    embedded = project.local.aws(environment)
    if empty:
        refuse_what_is_applied(project, environment)
    may_run = not bare and (embedded.saved.header() is not None or embedded.status().running)
    start(project, name, containers=bool(parts) or may_run)
    session = open_readonly(project, name)
    if empty:
        start_empty(project, environment)
    if not parts and not session.is_applied() and is_empty(project, environment):
        result(f"{name} is empty, as an account on AWS is. Next: ./windlass bootstrap {name} (docs/first-apply.md)")
        return
    if not parts and not session.is_applied():
        result(f"Nothing is applied in it yet. To apply everything: {apply_command(name)}")
        return
    parts = parts or (parts_of(environment) if may_run else ())
    if parts:
        run_containers(session, parts, changed=False)
        show_containers(project, project.local.data_plane(session.environment, parts=parts).status())
        result(f"{name} is up after {duration(time.monotonic() - started)}.", style="bold green")
        show_addresses(session, parts)
    else:
        result(f"{name}: the embedded AWS runs at {environment.aws.endpoint_url}; no containers were started.")
