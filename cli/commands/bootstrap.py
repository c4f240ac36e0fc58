"""`./windlass bootstrap`: the bucket and the lock table of the state."""

import click

from cli.command import command
from cli.console import print_json, result
from cli.options import as_json, confirm_option, environment_argument, lock_timeout_option, yes_option
from cli.project import Project
from cli.running.outcome import Outcome, conclude
from cli.session import asking, must_type_name, open_for_change, refuse_question, type_name


@command(
    changes="environment",
    examples=("./windlass bootstrap prod", "./windlass bootstrap local --destroy"),
)
@environment_argument
@yes_option
@confirm_option
@click.option("--destroy", "take_down", is_flag=True, help="Destroy bucket, key and lock table (embedded AWS only).")
@click.option("--adopt", is_flag=True, help="Take over a bucket and a table that exist already.")
@lock_timeout_option
@as_json
@click.pass_obj
def bootstrap(
    project: Project,
    name: str,
    yes: bool,
    confirm: str | None,
    take_down: bool,
    adopt: bool,
    lock_timeout: float,
    as_json: bool,
) -> None:
    """Create the S3 bucket and the lock table of the state, once per account and region.

    A run that was cut short is continued by the next one. With --destroy it asks for the environment's name.
    """
    refuse_question(as_json=as_json, answered=yes or confirm is not None, has_confirm=True)
    must_type, ask = False, None
    if take_down or confirm is not None:
        must_type = must_type_name(project.environments.load(name), yes=yes, confirmed_name=confirm)
    else:
        ask = asking(yes)
    session = open_for_change(project, name, lock_timeout_seconds=lock_timeout)
    stack = session.bootstrap()
    outcome = Outcome()
    if stack is None:
        backend = session.environment.state.backend
        result(f"{name} keeps its state elsewhere ({backend}): there is nothing to bootstrap.", as_json=as_json)
    elif take_down:
        if must_type:
            type_name(session.environment, "the bucket and the lock table of the state")
        outcome = stack.destroy()
        conclude(name, outcome, as_json=as_json, done="destroyed", nothing="destroy")
    else:
        outcome = stack.create(ask=ask, adopt=adopt)
        conclude(name, outcome, as_json=as_json)
    if as_json:
        print_json(outcome.json())
