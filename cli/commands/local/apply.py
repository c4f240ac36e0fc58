"""`./windlass local apply`: from nothing to a platform that serves."""

import time

import click
from rich.text import Text

from cli.command import command
from cli.commands.local.start import start
from cli.commands.output import show_outputs
from cli.console import output as result_console
from cli.console import say, show, table
from cli.data_plane import reach, run_containers, show_containers
from cli.options import environment_option
from cli.parts import parts_of
from cli.project import Project
from cli.running.progress import duration
from cli.running.run_layers import Outcome, apply_layers
from cli.running.stack import count_resources
from cli.session import Session, open_for_change


@command("apply", examples=("./windlass local apply", "./windlass local apply --bare"))
@environment_option
@click.option("--bare", is_flag=True, help="Do not run the containers.")
@click.pass_obj
def apply_all(project: Project, name: str, bare: bool) -> None:
    """Bring up the whole platform: embedded AWS, bootstrap, every layer, the containers."""
    began = time.monotonic()
    start(project, name)
    session = open_for_change(project, name)
    bootstrap = session.bootstrap()
    made = bootstrap.create(ask=None) if bootstrap else Outcome()
    outcome = apply_layers(session.stacks(), ask=None)
    if not bare:
        run_containers(session, parts_of(session.environment))
    _show_what_stands(session)
    took = duration(time.monotonic() - began)
    if made.changed or outcome.changed:
        say(f"\n{name} stands after {took}.", style="bold green")
    else:
        say(f"\n{name}: nothing to change ({took}).", style="bold green")
    _show_what_next(session)


def _show_what_stands(session: Session) -> None:
    stacks = session.stacks()
    states = {stack.name: session.state(stack.name) for stack in stacks}
    environment = session.environment
    result_console().print(Text(f"\nWhat stands in {environment.name}", style="bold"))
    made = table("what", "where")
    made.add_row("embedded AWS", str(environment.aws.endpoint_url))
    kind, settings = stacks[0].backend()
    if kind == "s3":
        made.add_row("state", f"s3://{settings['bucket']}, locked by {settings.get('dynamodb_table', 'a lock file')}")
    for stack in stacks:
        made.add_row(stack.name, f"{count_resources(states[stack.name])} resources, {stack.folder}")
    show(made)
    result_console().print()
    show_containers(session.project, environment)
    result_console().print()
    show_outputs({name: state.get("outputs", {}) for name, state in states.items()})


def _show_what_next(session: Session) -> None:
    made = table("next", "")
    name = session.environment.name
    status = session.project.local.data_plane(session.environment).status()
    for line, meaning in (
        *(reach(session.environment, status) if status.running else ()),
        (f"./windlass plan {name}", "says that nothing would change"),
        (f"./windlass output {name} --json", "outputs for scripts"),
        (f"./windlass status {name}", "what each layer holds"),
        (f"edit environments/{name}.toml, then make local", "see a change go through"),
        ("make clean-local", "destroys all of it"),
    ):
        made.add_row(line, meaning)
    show(made)
