"""Commands that plan and change: plan, apply, destroy, bootstrap."""

import click

from cli.commands_look import as_json, environment_argument, layer_option
from cli.console import print_json, say
from cli.operate import Outcome, apply_layers, destroy_layers, plan_layers, refuse_to_orphan
from cli.project import Project
from cli.session import asking, begin, confirm_destruction
from cli.stack import CHANGES
from cli.terraform_options import checked

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
full_option = click.option("--full", is_flag=True, help="Show plans as Terraform does, with every attribute.")
terraform_argument = click.argument("terraform_options", metavar="[-- TERRAFORM_OPTION...]", nargs=-1)
confirm_option = click.option("--confirm", metavar="NAME", help="The environment's name; production wants it.")
lock_timeout_option = click.option(
    "--lock-timeout", default="0s", show_default=True, metavar="DURATION", help="How long to wait for a locked state."
)


@click.command()
@environment_argument
@layer_option
@click.option("--detailed-exitcode", is_flag=True, help="0: nothing to change, 2: changes, 1: error.")
@full_option
@lock_timeout_option
@as_json
@terraform_argument
@click.pass_obj
def plan(
    project: Project,
    name: str,
    layer: str | None,
    detailed_exitcode: bool,
    full: bool,
    lock_timeout: str,
    as_json: bool,
    terraform_options: tuple[str, ...],
) -> int:
    """Show what apply would change.

    What stands behind `--` goes to Terraform, such as `-- -replace=ADDRESS`; it needs --layer.
    """
    options = checked(terraform_options, layer=layer)
    session = begin(project, name, lock_timeout=lock_timeout)
    plans = plan_layers(session.stacks(layer), full=full, quiet=as_json, options=options)
    if as_json:
        print_json({one.layer: one.json() for one in plans})
    changes = any(one.has_changes for one in plans)
    if not changes:
        say(f"{name}: nothing to change.", style="green")
    return CHANGES if changes and detailed_exitcode else 0


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
    session = begin(project, name, lock_timeout=lock_timeout)
    conclude(name, apply_layers(session.stacks(layer), ask=ask, full=full, options=options))


@click.command()
@environment_argument
@layer_option
@yes_option
@confirm_option
@lock_timeout_option
@click.pass_obj
def destroy(project: Project, name: str, layer: str | None, yes: bool, confirm: str | None, lock_timeout: str) -> None:
    """Destroy every layer, the last one first (the bootstrap stays)."""
    confirm_destruction(project.environment(name), yes=yes, confirmed_name=confirm)
    ask = asking(yes or confirm is not None)
    session = begin(project, name, lock_timeout=lock_timeout)
    if layer is not None:
        session.stacks(layer)
        refuse_to_orphan(session.stacks(), layer)
    destroy_layers(session.stacks(layer), ask=ask)


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
        confirm_destruction(project.environment(name), yes=yes, confirmed_name=confirm)
    ask = asking(yes or confirm is not None)
    session = begin(project, name, lock_timeout=lock_timeout)
    stack = session.bootstrap()
    if stack is None:
        say(f"{name} keeps its state elsewhere ({session.environment.state.backend}): there is nothing to bootstrap.")
    elif take_down:
        stack.destroy(ask=ask)
    else:
        conclude(name, stack.create(ask=ask, adopt=adopt))


def conclude(name: str, outcome: Outcome) -> None:
    """The last line: what changed, or that nothing had to."""
    if outcome.changed:
        say(f"{name}: {', '.join(outcome.changed)} applied.", style="green")
    else:
        say(f"{name}: nothing to change.", style="green")
