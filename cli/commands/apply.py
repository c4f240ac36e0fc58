"""`./windlass apply`: plan every layer, and apply what changed."""

from functools import partial

import click

from cli.command import command
from cli.console import print_json
from cli.delegation import ASSUME_OPTION, WAIT_OPTION, Patience, show_zone
from cli.foresight import foresee, waits_already
from cli.options import (
    as_json,
    environment_argument,
    full_option,
    layer_option,
    lock_timeout_option,
    terraform_argument,
    yes_option,
)
from cli.parameters import Duration
from cli.project import Project
from cli.running.consequences.consent import LOSS_OPTION, OUTAGE_OPTION, Consent
from cli.running.outcome import conclude
from cli.running.run_layers import apply_layers
from cli.running.terraform_options import checked
from cli.service_start import DATA, SERVICE, ServiceStart
from cli.session import asking, open_for_change, refuse_question
from cli.taken_names import refuse_taken_names


@command(
    changes="environment",
    examples=(
        "./windlass apply prod",
        "./windlass apply dev --layer service --yes",
        "./windlass apply prod --yes --accept-outage",
        "./windlass apply prod --layer data -- -replace=ADDRESS",
    ),
)
@environment_argument
@layer_option
@yes_option
@full_option
@click.option(
    WAIT_OPTION,
    "wait_seconds",
    type=Duration(),
    default="0s",
    metavar="TIME",
    help="How long to wait, before the service layer, until the DNS zone is delegated.",
)
@click.option(
    "--wait-for-deployments",
    "deployments_seconds",
    type=Duration(),
    default="10m",
    metavar="TIME",
    help="How long to wait, after the service layer, until ECS has replaced tasks.",
)
@click.option(ASSUME_OPTION, "assume_delegated", is_flag=True, help="Do not check whether the DNS zone is delegated.")
@click.option(OUTAGE_OPTION, "accept_outage", is_flag=True, help="Do not ask about interruptions.")
@click.option(
    LOSS_OPTION,
    "accepted_losses",
    multiple=True,
    metavar="ADDRESS",
    help="What this resource holds may be lost; several times for several.",
)
@lock_timeout_option
@as_json
@terraform_argument
@click.pass_obj
def apply(
    project: Project,
    name: str,
    layer: str | None,
    yes: bool,
    full: bool,
    wait_seconds: float,
    deployments_seconds: float,
    assume_delegated: bool,
    accept_outage: bool,
    accepted_losses: tuple[str, ...],
    lock_timeout: float,
    as_json: bool,
    terraform_options: tuple[str, ...],
) -> None:
    """Plan every layer in order, and apply the changes after asking.

    Before the service layer it stops while an image or a secret that its tasks need is missing, or the DNS zone is not
    delegated; before the data layer while deleted secrets keep names that it needs. Then it says what to do. A
    deployment that ECS had given up is started again, and one that it rolls back is an error.

    It says what the changes cost, and asks before something is interrupted; with --yes it needs --accept-outage. What
    would lose data, or stop half-way, it refuses before anything is changed.

    What the file no longer has goes in a second round, the last layer first, once every layer has let go of it.

    Options after `--` are passed to terraform plan: -replace, -target, -refresh, -refresh-only. They need --layer.
    """
    refuse_question(as_json=as_json, answered=yes)
    options = checked(terraform_options, layer=layer)
    ask = asking(yes)
    session = open_for_change(project, name, lock_timeout_seconds=lock_timeout)
    session.require_state()
    start = ServiceStart(
        session=session,
        patience=Patience(wait_seconds=wait_seconds, assumed=assume_delegated),
        deployments_seconds=deployments_seconds,
    )
    stacks = session.stacks(layer)

    def before_data() -> None:
        (data,) = (stack for stack in stacks if stack.name == DATA)
        refuse_taken_names(session, data)
        if layer is None:
            start.announce()

    before = {SERVICE: start.before, DATA: before_data}
    consent = Consent(
        name=name,
        ask=ask,
        accepts_outage=accept_outage,
        accepted_losses=accepted_losses,
        may_lose_all=session.environment.is_throw_away,
        already_waits=partial(waits_already, session),
    )
    foresee(session, stacks, consent)
    outcome = apply_layers(
        stacks,
        ask=ask,
        full=full,
        options=options,
        before=before,
        after={SERVICE: start.after},
        consent=consent,
    )
    conclude(name, outcome, as_json=as_json)
    if as_json:
        print_json(outcome.json())
    elif not assume_delegated:
        show_zone(session)
