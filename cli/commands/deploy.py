"""`./windlass deploy`: a new image for a service."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cli.aws import release_errors
from cli.command import command
from cli.options import environment_argument
from cli.parameters import Duration
from cli.project import Project
from cli.release_options import reason_option, service_argument, stepping
from cli.release_session import context_of, migration_command, one_sided_context_of, strategy_of
from cli.running.run_layers import apply_layers, register_task_definition
from cli.session import Session, open_for_change

if TYPE_CHECKING:
    from release.deploy import DeployRequest


@command(
    examples=(
        "./windlass deploy prod web --image REGISTRY/web:1.4.0",
        "./windlass deploy prod web --image REGISTRY/web:1.4.0 --switch",
    ),
)
@environment_argument
@service_argument
@click.option("--image", required=True, metavar="REFERENCE", help="Registry, repository, and tag or digest.")
@click.option(
    "--count", type=click.IntRange(1), metavar="N", help="Number of tasks.  [default: as many as the live colour]"
)
@click.option(
    "--timeout",
    type=Duration(),
    default="15m",
    show_default=True,
    metavar="TIME",
    help="Wait this long for healthy targets.",
)
@click.option("--switch", "and_switch", is_flag=True, help="Move the traffic there when it is healthy.")
@stepping
@click.option("--force", is_flag=True, help="Deploy to the new colour of a canary under way.")
@reason_option
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
    bake: float,
    soak: float | None,
    scale_down: bool,
    force: bool,
    reason: str,
) -> None:
    """Roll out a new image of a service.

    A blue/green service gets it on the idle colour; traffic follows with --switch, or later with `switch`. A rolling or
    codedeploy service has no idle colour: ECS or CodeDeploy moves the traffic as well. The database is migrated first.
    """
    with release_errors():
        from release.deploy import DeployRequest
        from release.deploy import deploy as put_image
        from release.errors import BadRequestError
        from release.switch import SwitchRequest
        from release.switch import switch as move

        if not and_switch and (canary or scale_down or soak is not None):
            raise BadRequestError("--canary, --soak and --scale-down say how to switch: add --switch.")
        environment = project.environments.load(name)
        wanted = DeployRequest(
            image=image,
            count=count,
            force=force,
            allow_moving_tags=environment.kind == "development",
            timeout_seconds=timeout,
            migration=migration_command(environment, service),
            reason=reason,
        )
        steps = SwitchRequest(
            steps=canary or (100,), bake_seconds=bake, soak_seconds=soak, scale_down=scale_down, reason=reason
        )
        session = open_for_change(project, name)
        if strategy_of(session, service) != "blue-green":
            if and_switch or force or count is not None:
                raise BadRequestError(
                    f"{service} has no colours: --switch, --force and --count are for blue/green services."
                )
            _deploy_one_sided(session, service, wanted)
            return
        context = context_of(session, service)
        done = put_image(context, wanted, lambda: _apply(session))
        if and_switch:
            # As many as were asked for are healthy now; the live colour's count is not asked again.
            move(context, replace(steps, colour=done.colour, minimum=count))


def _apply(session: Session) -> None:
    apply_layers(session.stacks("service"), ask=None)


def _deploy_one_sided(session: Session, service: str, wanted: "DeployRequest") -> None:
    from release.codedeploy import deploy_by_codedeploy
    from release.rolling import deploy_rolling

    context = one_sided_context_of(session, service)
    if context.target.strategy == "codedeploy":
        deploy_by_codedeploy(context, wanted, apply=lambda: _apply(session))
        return
    (stack,) = session.stacks("service")
    deploy_rolling(
        context,
        wanted,
        register=lambda: register_task_definition(stack, context.target.service_name),
        apply=lambda: _apply(session),
    )
