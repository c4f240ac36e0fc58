"""`./windlass local apply`: from nothing to a platform that serves."""

import time
from dataclasses import asdict
from functools import partial

import click

from cli.command import command
from cli.commands.local.start import check_ports, start
from cli.commands.local.welcome import show_welcome
from cli.console import print_json, result, say
from cli.data_plane import run_containers, start_early
from cli.doctor import require_machine
from cli.errors import CommandError
from cli.local_access import addresses
from cli.local_commands import apply_command, local_command
from cli.local_images import add_own_images
from cli.options import as_json, environment_option
from cli.parts import install_airflow_in_background, parts_of
from cli.project import Project
from cli.release_session import keep_minimums
from cli.running.background_task import background_task
from cli.running.consequences.consent import Consent
from cli.running.first_apply import LIFECYCLES, SERVICE, apply_side_by_side
from cli.running.outcome import done, outcomes_json
from cli.running.progress import duration
from cli.running.run_layers import apply_layers
from cli.service_start import ServiceStart, require_ready
from cli.session import Session, open_for_change

FIRST_RUN = (
    "The first run takes about 4 minutes on two cores, most of them waiting as an apply on AWS does: "
    "half a minute for the state, 2½ for the layers, 1 for the containers. A run that changes nothing takes 20 seconds."
)
"""Measured; the README says the same."""
DEPLOYMENTS_SECONDS = 600
"""How long what the file no longer has waits for tasks that may use it."""


@command("apply", changes="environment", examples=("./windlass local apply", "./windlass local apply --bare"))
@environment_option
@click.option("--bare", is_flag=True, help="Do not run the containers.")
@as_json
@click.pass_obj
def apply_all(project: Project, name: str, bare: bool, as_json: bool) -> None:
    """Bring up the whole platform: embedded AWS, bootstrap, every layer, the containers."""
    started = time.monotonic()
    project.stacks.terraform(project.environments.load(name))  # before anything starts: it may be missing
    parts = () if bare else parts_of(project.environments.load(name))
    is_first = not project.local.aws(project.environments.load(name)).status().running
    if parts and is_first:
        require_machine(project, project.environments.load(name))
    check_ports(project, name, containers=bool(parts))  # at once, and not after the synth
    if is_first:
        say(FIRST_RUN)
    synth = partial(open_for_change, project, name, needs_aws=False)
    with background_task("writing the Terraform JSON", synth) as opened:
        start(project, name, containers=bool(parts))
        install_airflow_in_background(project, parts)
        session = opened.result()
    bootstrap = session.bootstrap()
    before = {SERVICE: partial(_before_services, session, parts)}
    outcomes = [bootstrap.create(ask=None, without=LIFECYCLES)] if bootstrap else []
    if bootstrap and outcomes[0].changed:
        with background_task("completing the bootstrap", bootstrap.complete) as rest:
            outcomes += apply_side_by_side(session.stacks(), before=before)
            outcomes.append(rest.result())
            for layer, ui in outcomes[-1].changed.items():
                say(f"{layer}: {done(ui)}, beside the layers", style="green")
    else:
        # The first start of Airflow takes minutes, and is waited for below; only what goes has to wait for it here.
        start_of_services = ServiceStart(session=session, deployments_seconds=DEPLOYMENTS_SECONDS)
        anything = Consent(name=name, accepts_outage=True, may_lose_all=True)
        outcomes.append(
            apply_layers(
                session.stacks(), ask=None, before=before, out_of_use=start_of_services.after, consent=anything
            )
        )
    keep_minimums(session)
    changed = any(outcome.changed for outcome in outcomes)
    _run_containers(session, parts, changed=changed)
    took = duration(time.monotonic() - started)
    if bare:
        result(f"\n{name} is applied ({took}); its containers do not run.", style="bold green", as_json=as_json)
    else:
        services = session.project.local.data_plane(session.environment).status().services
        with_tasks = sum(1 for service in services if service.desired)
        what = "is up" if changed else "nothing to change, everything is up"
        healthy = f"all services with tasks are healthy ({with_tasks})"
        result(f"\n{name}: {what} after {took}; {healthy}.", style="bold green", as_json=as_json)
    if as_json:
        print_json(
            {
                "environment": name,
                "layers": outcomes_json(outcomes),
                "addresses": [asdict(address) for address in addresses(session)],
            }
        )
    else:
        show_welcome(session)


def _before_services(session: Session, parts: tuple[str, ...]) -> None:
    if parts:
        start_early(session, parts)
    else:
        add_own_images(session)
    require_ready(session)


def _run_containers(session: Session, parts: tuple[str, ...], *, changed: bool) -> None:
    if not parts:
        return
    try:
        run_containers(session, parts, changed=changed)
    except CommandError as error:
        name = session.environment.name
        raise CommandError(
            f"{name} is applied, but not everything runs.\n{error}\n"
            f"Logs and the state of each container: {local_command('status', name)}. "
            f"To try again: {apply_command(name)}",
            exit_code=error.exit_code,
        ) from error
