"""`./windlass apply`: plan every layer, and apply what changed."""

import click

from cli.options import (
    environment_argument,
    full_option,
    layer_option,
    lock_timeout_option,
    terraform_argument,
    yes_option,
)
from cli.project import Project
from cli.running.run_layers import apply_layers, conclude
from cli.running.terraform_options import checked
from cli.session import asking, open_for_change


@click.command()
@environment_argument
@layer_option
@yes_option
@full_option
@lock_timeout_option
@terraform_argument
@click.pass_obj
def apply(
    project: Project,
    name: str,
    layer: str | None,
    yes: bool,
    full: bool,
    lock_timeout: str,
    terraform_options: tuple[str, ...],
) -> None:
    """Plan every layer in order, and apply what changed.

    What stands behind `--` goes to Terraform's plan, such as `-- -replace=ADDRESS`; it needs --layer.
    """
    options = checked(terraform_options, layer=layer)
    ask = asking(yes)
    session = open_for_change(project, name, lock_timeout=lock_timeout)
    conclude(name, apply_layers(session.stacks(layer), ask=ask, full=full, options=options))
