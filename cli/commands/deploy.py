"""`./windlass deploy`: a new image for a service."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cli.aws import release_errors
from cli.command import command
from cli.console import print_json
from cli.options import as_json, environment_argument
from cli.parameters import Duration
from cli.project import Project
from cli.release_options import bake_seconds, reason_option, service_argument, stepping
from cli.release_session import ServiceLayer, migration_command, open_service
from cli.session import open_for_change
from config.images import IN_REACH, is_out_of_reach
from release.deploy import DeployRequest
from release.errors import BadRequestError
from release.strategies import require_switchable
from release.switch_request import SwitchRequest

if TYPE_CHECKING:
    from config import Environment


@command(
    changes="release",
    examples=(
        "./windlass deploy prod web --image REGISTRY/web:1.4.0",
        "./windlass deploy prod web --image REGISTRY/web:1.4.0 --switch",
    ),
)
@environment_argument
@service_argument
@click.option("--image", required=True, metavar="REFERENCE", help="Registry, repository, and tag or digest.")
@click.option(
    "--count",
    type=click.IntRange(1),
    metavar="N",
    help="Number of tasks, blue/green only.  [default: as many as the live colour]",
)
@click.option(
    "--timeout",
    type=Duration(),
    default="15m",
    metavar="TIME",
    help="How long to wait for healthy targets.",
)
@click.option("--switch", "and_switch", is_flag=True, help="Move the traffic there when it is healthy.")
@stepping
@click.option(
    "--force",
    is_flag=True,
    help="Deploy even during a canary or an unfinished switch: the colour that is replaced may be serving traffic.",
)
@reason_option
@as_json
@click.pass_obj
def deploy(
    project: Project,
    name: str,
    service: str,
    image: str,
    count: int | None,
    timeout: float,
    and_switch: bool,
    canary: tuple[int, ...] | None,
    bake: float | None,
    soak: float | None,
    scale_down: bool,
    force: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Roll out a new image of a service.

    A blue/green service gets it on the idle colour; traffic follows with --switch, or later with `switch`. A rolling or
    codedeploy service has no idle colour: ECS or CodeDeploy moves the traffic as well. If the
    service has a `migration_command`, that runs first.
    """
    with release_errors():
        if not and_switch and (canary or scale_down or soak is not None or bake is not None):
            raise BadRequestError("--canary, --bake, --soak and --scale-down say how to switch: add --switch.")
        environment = project.environments.load(name)
        request = DeployRequest(
            image=image,
            count=count,
            force=force,
            allow_moving_tags=environment.kind == "development",
            timeout_seconds=timeout,
            migration=migration_command(environment, service),
            reason=reason,
        )
        _refuse_out_of_reach(environment, service, image)
        steps = SwitchRequest(
            steps=canary or (100,),
            bake_seconds=bake_seconds(bake, canary),
            soak_seconds=soak,
            scale_down=scale_down,
            reason=reason,
        )
        session = open_for_change(project, name)
        target = open_service(session, service, as_json=as_json)
        switchable = require_switchable(target) if and_switch else None
        deployed = target.deploy(request, ServiceLayer(session=session))
        if switchable is not None:
            # The requested count is healthy now; the live colour's count does not matter any more.
            switchable.switch(replace(steps, colour=deployed.colour, minimum=count))
        if as_json:
            print_json(target.status().json())


def _refuse_out_of_reach(environment: "Environment", service: str, image: str) -> None:
    """Refuse what `check` refuses in the file: tasks without a route to the internet could never pull it."""
    if is_out_of_reach(image, environment.network, environment.aws):
        allowed = IN_REACH.format(region=environment.aws.region, repository=f"{environment.prefix}/{service}")
        raise BadRequestError(
            f'The image is {image!r}, which cannot be pulled where network.egress = "endpoints"; give {allowed}. '
            f"To copy it there: ./windlass push {environment.name} {service} --image {image}"
        )
