"""`./windlass plan`: what apply would change."""

import click

from cli.command import command
from cli.console import print_json, result
from cli.options import (
    as_json,
    environment_argument,
    full_option,
    layer_option,
    lock_timeout_option,
    terraform_argument,
)
from cli.project import Project
from cli.running.plan_layers import plan_layers
from cli.running.stack import CHANGES
from cli.running.terraform_options import checked
from cli.service_start import SERVICE, warn_to_do
from cli.session import open_for_change


@command(
    changes="nothing",
    needs_platform=True,
    examples=(
        "./windlass plan prod",
        "./windlass plan prod --detailed-exitcode --json > plan.json",
        "./windlass plan prod --layer network --no-lock",
        "./windlass plan prod --layer data -- -replace=ADDRESS",
    ),
    exit_codes={2: "wrong command line or configuration; --detailed-exitcode: changes"},
)
@environment_argument
@layer_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes.")
@full_option
@lock_timeout_option
@click.option(
    "--no-lock", is_flag=True, help="Write no lock, for a role that only reads; somebody may apply meanwhile."
)
@as_json
@terraform_argument
@click.pass_obj
def plan(
    project: Project,
    name: str,
    layer: str | None,
    detailed_exitcode: bool,
    full: bool,
    lock_timeout: float,
    no_lock: bool,
    as_json: bool,
    terraform_options: tuple[str, ...],
) -> int:
    """Show what apply would change.

    Options after `--` are passed to terraform plan: -replace, -target, -refresh, -refresh-only. They need --layer.
    """
    options = checked(terraform_options, layer=layer)
    session = open_for_change(project, name, lock_timeout_seconds=lock_timeout)
    session.require_state()
    if no_lock:
        options = (*options, "-lock=false")
    plans = plan_layers(session.stacks(layer), full=full, quiet=as_json, options=options)
    if any(one.layer == SERVICE and one.has_changes and one.waits_for is None for one in plans):
        warn_to_do(session)
    if as_json:
        print_json({one.layer: one.json() for one in plans})
    changes = any(one.has_changes for one in plans)
    if not changes:
        result(f"{name}: nothing to change.", style="green", as_json=as_json)
    return CHANGES if changes and detailed_exitcode else 0
