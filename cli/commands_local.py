"""`./windlass local …`: the embedded AWS, and the whole platform on it."""

import shutil
import time

import click
from rich.text import Text

from cli.commands_look import as_json, show_outputs
from cli.console import output as result_console
from cli.console import print_json, say, show, table
from cli.data_plane import first_user_password, reach, run_containers, show_containers
from cli.errors import CommandError
from cli.operate import Outcome, apply_layers, destroy_layers
from cli.parts import PARTS, parts_of
from cli.progress import duration
from cli.project import BOOTSTRAP, Project, is_running
from cli.session import Session, begin, look
from cli.stack import count_resources

environment_option = click.option(
    "--environment", "name", default="local", show_default=True, metavar="ENV", help="An environment on loopback."
)


@click.group()
def local() -> None:
    """The embedded AWS on this machine, and the platform on it."""


@local.command()
@environment_option
@click.option("--with", "parts", type=click.Choice(PARTS), multiple=True, help="Run the containers of this part too.")
@click.pass_obj
def up(project: Project, name: str, parts: tuple[str, ...]) -> None:
    """Start the embedded AWS; with `--with web` or `--with airflow` (or both) also containers of what is applied."""
    start(project, name)
    if parts:
        run_containers(look(project, name), parts)
        show_containers(project, project.environment(name))


@local.command()
@environment_option
@click.pass_obj
def down(project: Project, name: str) -> None:
    """Stop the embedded AWS; everything in it is gone then, since it lives in memory."""
    from local.embedded import EmbeddedAwsError

    environment = project.environment(name)
    embedded = project.embedded(environment)
    was_running = is_running(embedded.status())
    try:
        project.data_plane(environment).remove()
        embedded.stop()
    except EmbeddedAwsError as error:
        raise CommandError(str(error)) from error
    say("The embedded AWS is stopped, and what was in it is gone." if was_running else "The embedded AWS did not run.")


@local.command()
@environment_option
@as_json
@click.pass_obj
def status(project: Project, name: str, as_json: bool) -> None:
    """Show whether the embedded AWS runs, and where."""
    found = project.embedded(project.environment(name)).status()
    facts = {
        "running": found.running,
        "endpoint_url": found.endpoint_url,
        "pid": found.pid,
        "started_at": found.started_at,
        "memory_mib": found.memory_mib,
        "log_path": found.log_path,
    }
    if as_json:
        print_json(facts)
        return
    made = table("embedded AWS", "")
    for label, value in facts.items():
        made.add_row(label.replace("_", " "), "" if value is None else str(value))
    show(made)


@local.command(name="apply")
@environment_option
@click.option("--bare", is_flag=True, help="Do not run the containers.")
@click.pass_obj
def apply_all(project: Project, name: str, bare: bool) -> None:
    """From nothing to a platform that serves: start, bootstrap, apply every layer, run the containers."""
    began = time.monotonic()
    start(project, name)
    session = begin(project, name)
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


@local.command(name="airflow-password")
@environment_option
@click.pass_obj
def airflow_password(project: Project, name: str) -> None:
    """Print the password of Airflow's first user, out of the embedded Secrets Manager."""
    environment = project.environment(name)
    if environment.airflow is None:
        raise CommandError(f"environments/{name}.toml has no [airflow] section.")
    project.require_aws(environment)
    click.echo(first_user_password(project, environment))


@local.command()
@environment_option
@click.pass_obj
def clean(project: Project, name: str) -> None:
    """Destroy the platform, stop the embedded AWS, remove what both left on this machine."""
    environment = project.environment(name)
    embedded = project.embedded(environment)
    project.data_plane(environment).remove()
    if is_running(embedded.status()):
        session = begin(project, name)
        bootstrap = session.bootstrap()
        if session.may_be_applied():
            destroy_layers(session.stacks(), ask=None)
        if bootstrap is not None:
            bootstrap.destroy(ask=None)
        embedded.stop()
    for left in project.bootstrap_file(environment).parent.glob(f"{project.bootstrap_file(environment).stem}.*"):
        left.unlink()
    for layer in (*project.layers(), BOOTSTRAP):
        shutil.rmtree(project.stack_folder(environment, layer), ignore_errors=True)
    shutil.rmtree(project.work_folder / "embedded-aws", ignore_errors=True)
    shutil.rmtree(project.repositories_folder, ignore_errors=True)
    say(f"{name}: nothing is left.", style="green")


def start(project: Project, name: str) -> None:
    """Start the embedded AWS of an environment and say where it is; raises CommandError where that fails."""
    from local.embedded import EmbeddedAwsError

    environment = project.environment(name)
    embedded = project.embedded(environment)
    try:
        embedded.start()
    except EmbeddedAwsError as error:
        raise CommandError(str(error)) from error
    say(f"The embedded AWS runs at {environment.aws.endpoint_url}.")


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
    status = session.project.data_plane(session.environment).status()
    for command, meaning in (
        *(reach(session.environment, status) if status.running else ()),
        (f"./windlass plan {name}", "says that nothing would change"),
        (f"./windlass output {name} --json", "outputs for scripts"),
        (f"./windlass status {name}", "what each layer holds"),
        (f"edit environments/{name}.toml, then make local", "see a change go through"),
        ("make clean-local", "destroys all of it"),
    ):
        made.add_row(command, meaning)
    show(made)
