"""`./windlass destroy`: every layer, the last one first."""

import click

from cli.options import confirm_option, environment_argument, layer_option, lock_timeout_option, yes_option
from cli.project import Project
from cli.running.run_layers import destroy_layers, refuse_to_orphan
from cli.session import asking, confirm_destruction, open_for_change


@click.command()
@environment_argument
@layer_option
@yes_option
@confirm_option
@lock_timeout_option
@click.pass_obj
def destroy(project: Project, name: str, layer: str | None, yes: bool, confirm: str | None, lock_timeout: str) -> None:
    """Destroy every layer, the last one first (the bootstrap stays)."""
    confirm_destruction(project.environments.load(name), yes=yes, confirmed_name=confirm)
    ask = asking(yes or confirm is not None)
    session = open_for_change(project, name, lock_timeout=lock_timeout)
    if layer is not None:
        session.stacks(layer)
        refuse_to_orphan(session.stacks(), layer)
    destroy_layers(session.stacks(layer), ask=ask)
