"""`./windlass switch`: traffic moves to the other colour."""

from typing import Any

import click

from cli.aws import release_errors
from cli.command import command
from cli.console import print_json
from cli.options import as_json, environment_argument
from cli.project import Project
from cli.release_options import bake_seconds, reason_option, service_argument, stepping
from cli.release_session import migration_command, open_service
from cli.session import open_readonly
from release.errors import BadRequestError
from release.strategies import require_switchable
from release.switch_request import SwitchRequest


@command(
    changes="release",
    examples=(
        "./windlass switch prod web",
        "./windlass switch prod web --canary 10,50,100 --bake 5m",
        "./windlass switch prod web --rollback",
    ),
)
@environment_argument
@service_argument
@click.argument("colour", required=False, type=click.Choice(["blue", "green"]))
@click.option("--rollback", is_flag=True, help="Back to the colour that was live before, at once.")
@click.option(
    "--weight",
    type=click.IntRange(1, 100),
    metavar="PERCENT",
    help="Give the colour this traffic weight, and stop there.",
)
@stepping
@click.option("--scale-up", is_flag=True, help="Start the colour also where it has no task; --rollback does.")
@click.option(
    "--min-healthy",
    type=click.IntRange(1),
    metavar="N",
    help="Healthy targets that it needs.  [default: the other colour's desired count]",
)
@click.option("--force", is_flag=True, help="Switch despite unhealthy targets and active alarms.")
@reason_option
@as_json
@click.pass_obj
def switch(
    project: Project,
    name: str,
    service: str,
    colour: Any,
    rollback: bool,
    weight: int | None,
    canary: tuple[int, ...] | None,
    bake: float | None,
    soak: float | None,
    scale_down: bool,
    scale_up: bool,
    min_healthy: int | None,
    force: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Move traffic to the other colour of a blue/green service, at once or in steps, or back.

    The colour first gets as many tasks as the other one has, and requests once they are healthy.

    Without blue or green, traffic goes to the idle colour. During a canary, the command continues it; after a switch
    that was killed, the command completes that switch.
    """
    with release_errors():
        if weight is not None and canary is not None:
            raise BadRequestError("--weight is one step, --canary several: choose one.")
        request = SwitchRequest(
            colour=colour,
            rollback=rollback,
            steps=canary or ((weight,) if weight is not None else (100,)),
            bake_seconds=bake_seconds(bake, canary),
            soak_seconds=soak,
            scale_down=scale_down,
            scale_up=scale_up,
            migration=migration_command(project.environments.load(name), service),
            minimum=min_healthy,
            force=force,
            reason=reason,
        )
        target = require_switchable(open_service(open_readonly(project, name), service, as_json=as_json))
        target.switch(request)
        if as_json:
            print_json(target.status().json())
