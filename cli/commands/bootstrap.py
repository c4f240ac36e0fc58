"""`./windlass bootstrap`: the bucket and the lock table of the state."""

import click

from cli.console import say
from cli.options import confirm_option, environment_argument, lock_timeout_option, yes_option
from cli.project import Project
from cli.running.run_layers import conclude
from cli.session import asking, confirm_destruction, open_for_change


@click.command()
@environment_argument
@yes_option
@confirm_option
@click.option("--destroy", "take_down", is_flag=True, help="Destroy the bucket and the table.")
@click.option("--adopt", is_flag=True, help="Take over a bucket and a table that exist already.")
@lock_timeout_option
@click.pass_obj
def bootstrap(
    project: Project, name: str, yes: bool, confirm: str | None, take_down: bool, adopt: bool, lock_timeout: str
) -> None:
    """Make the bucket and the lock table of the state, once per account and region."""
    if take_down:
        confirm_destruction(project.environments.load(name), yes=yes, confirmed_name=confirm)
    ask = asking(yes or confirm is not None)
    session = open_for_change(project, name, lock_timeout=lock_timeout)
    stack = session.bootstrap()
    if stack is None:
        say(f"{name} keeps its state elsewhere ({session.environment.state.backend}): there is nothing to bootstrap.")
    elif take_down:
        stack.destroy(ask=ask)
    else:
        conclude(name, stack.create(ask=ask, adopt=adopt))
