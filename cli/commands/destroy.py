"""`./windlass destroy`: every layer, the last one first."""

import click

from cli.clearing import clear_the_way
from cli.command import command
from cli.console import print_json
from cli.options import (
    as_json,
    confirm_option,
    environment_argument,
    layer_option,
    lock_timeout_option,
    yes_option,
)
from cli.project import Project
from cli.running.outcome import conclude
from cli.running.protection import refuse_protected
from cli.running.run_layers import destroy_layers, refuse_to_orphan
from cli.running.state_store import count_resources
from cli.session import must_type_name, open_for_change, refuse_question, type_name
from release.counted import counted


@command(
    changes="environment",
    examples=("./windlass destroy dev", "./windlass destroy dev --yes", "./windlass destroy prod --confirm prod"),
)
@environment_argument
@layer_option
@yes_option
@confirm_option
@lock_timeout_option
@as_json
@click.pass_obj
def destroy(
    project: Project, name: str, layer: str | None, yes: bool, confirm: str | None, lock_timeout: float, as_json: bool
) -> None:
    """Destroy every layer, the last one first; the bucket of the state stays.

    Refuses while something has deletion protection, or AWS would not delete it as it is: a bucket with objects, for
    example. Then it says what to do, and nothing is destroyed. With `throw_away = true` it deletes that too.

    Asks you to type the environment's name. --yes skips this except in production; --confirm ENV skips it there too.
    """
    refuse_question(as_json=as_json, answered=yes or confirm is not None, has_confirm=True)
    must_type = must_type_name(project.environments.load(name), yes=yes, confirmed_name=confirm)
    session = open_for_change(project, name, lock_timeout_seconds=lock_timeout)
    if layer is not None:
        session.stacks(layer)
        refuse_to_orphan(session.stacks(), layer)
    stacks = session.stacks(layer)
    states = {stack.name: stack.state() for stack in stacks}
    refuse_protected(states, name, is_production=session.environment.is_production)
    end_protected = clear_the_way(session, states)
    if must_type:
        counts = [(stack.name, count_resources(states[stack.name])) for stack in reversed(stacks)]
        listed = ", ".join(f"{layer} ({counted(count, 'resource')})" for layer, count in counts if count)
        if listed:
            type_name(session.environment, listed)
    end_protected()
    outcome = destroy_layers(stacks)
    conclude(name, outcome, as_json=as_json, done="destroyed", nothing="destroy")
    if as_json:
        print_json(outcome.json())
