"""Commands that change a running service: deploy, migrate and switch."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from cli.aws import release_errors
from cli.commands_look import environment_argument
from cli.console import messages
from cli.operate import apply_layers, register_task_definition
from cli.project import Project
from cli.release_options import Duration, reason_option, service_argument, stepping
from cli.release_session import (
    context_of,
    migration_command,
    one_sided_context_of,
    strategy_of,
)
from cli.session import Session, begin, look

if TYPE_CHECKING:
    from release.context import Context
    from release.deploy import DeployRequest
    from release.switch import SwitchRequest


@click.command()
@environment_argument
@service_argument
@click.argument("colour", required=False, type=click.Choice(["blue", "green"]))
@click.option("--rollback", is_flag=True, help="Back to the colour that was live before, with every request.")
@click.option("--weight", type=click.IntRange(1, 100), metavar="PERCENT", help="Give the colour this share, and stop.")
@stepping
@click.option("--scale-up", is_flag=True, help="Scale the colour up first, and wait until it is healthy.")
@click.option("--min-healthy", type=click.IntRange(1), metavar="N", help="Healthy targets it needs, instead of as many "
              "as the other colour wants.")  # fmt: skip
@click.option("--force", is_flag=True, help="Switch in spite of unhealthy targets and ringing alarms.")
@reason_option
@click.pass_obj
def switch(
    project: Project,
    name: str,
    service: str,
    colour: Any,
    rollback: bool,
    weight: int | None,
    canary: tuple[int, ...] | None,
    bake: float,
    soak: float | None,
    scale_down: bool,
    scale_up: bool,
    min_healthy: int | None,
    force: bool,
    reason: str,
) -> None:
    """Move traffic to the idle colour, at once or in steps; or back.

    Without a colour it goes to the idle one. During a canary it goes on with that; after a switch that was killed it
    finishes what was begun.
    """
    with release_errors():
        from release.errors import BadRequestError
        from release.switch import SwitchRequest

        if weight is not None and canary is not None:
            raise BadRequestError("--weight is one step, --canary several: choose one.")
        request = SwitchRequest(
            colour=colour,
            rollback=rollback,
            steps=canary or ((weight,) if weight is not None else (100,)),
            bake_seconds=bake,
            soak_seconds=soak,
            scale_down=scale_down,
            scale_up=scale_up,
            migration=migration_command(project.environment(name), service),
            minimum=min_healthy,
            force=force,
            reason=reason,
        )
        _switch(context_of(look(project, name), service), request)


@click.command()
@environment_argument
@service_argument
@click.option("--image", required=True, metavar="REFERENCE", help="Registry, repository, and tag or digest.")
@click.option(
    "--count", type=click.IntRange(1), metavar="N", help="Tasks, instead of as many as the live colour wants."
)
@click.option("--timeout", type=Duration(), default="15m", show_default=True, metavar="TIME", help="Wait so long for "
              "healthy targets.")  # fmt: skip
@click.option("--switch", "and_switch", is_flag=True, help="Then move the traffic there.")
@stepping
@click.option("--force", is_flag=True, help="Deploy onto the new colour of a canary.")
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
    """Put an image on the idle colour, and wait until its targets are healthy; requests go there with --switch only.

    A service of another strategy has no idle colour: there ECS or CodeDeploy moves the requests as well.
    """
    with release_errors():
        from release.deploy import DeployRequest
        from release.deploy import deploy as put_image
        from release.errors import BadRequestError
        from release.switch import SwitchRequest

        if not and_switch and (canary or scale_down or soak is not None):
            raise BadRequestError("--canary, --soak and --scale-down say how to switch: add --switch.")
        environment = project.environment(name)
        wanted = DeployRequest(
            image=image,
            count=count,
            force=force,
            allow_latest=environment.kind == "development",
            timeout_seconds=timeout,
            migration=migration_command(environment, service),
            reason=reason,
        )
        steps = SwitchRequest(
            steps=canary or (100,), bake_seconds=bake, soak_seconds=soak, scale_down=scale_down, reason=reason
        )
        session = begin(project, name)
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
            _switch(context, replace(steps, colour=done.colour, minimum=count))


@click.command()
@environment_argument
@service_argument
@click.argument("colour", required=False, type=click.Choice(["blue", "green"]))
@click.option("--timeout", type=Duration(), default="15m", show_default=True, metavar="TIME", help="Wait so long.")
@click.option("--stop", is_flag=True, help="Stop the migration that runs, instead.")
@click.pass_obj
def migrate(project: Project, name: str, service: str, colour: Any, timeout: float, stop: bool) -> None:
    """Migrate the database, as a task of its own; `deploy` does it by itself.

    For the first installation, and to try again. It runs the image of the idle colour, or of the one that is named; of
    a service without colours the newest image that Terraform has registered.
    """
    with release_errors():
        from release.migrate import MigrateRequest, stop_migration
        from release.migrate import migrate as run_migration

        command = migration_command(project.environment(name), service)
        session = look(project, name)
        if strategy_of(session, service) != "blue-green":
            _migrate_one_sided(session, service, command, colour=colour, timeout=timeout, stop=stop)
            return
        context = context_of(session, service)
        if stop:
            if not stop_migration(context):
                messages().print("No migration runs.")
            return
        run_migration(context, MigrateRequest(command=command, colour=colour, timeout_seconds=timeout))


def _switch(context: "Context", request: "SwitchRequest") -> None:
    from release.switch import switch as move

    move(context, request)


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


def _migrate_one_sided(
    session: Session, service: str, command: tuple[str, ...], *, colour: str | None, timeout: float, stop: bool
) -> None:
    from release.errors import BadRequestError
    from release.migrate import MigrateRequest, migrate_like, stop_migration

    if colour is not None:
        raise BadRequestError(f"{service} has no colours: leave {colour} out.")
    context = one_sided_context_of(session, service)
    if stop:
        if not stop_migration(context):
            messages().print("No migration runs.")
        return
    migrate_like(
        context,
        context.target.service_name,
        command=MigrateRequest(command=command).command,
        timeout_seconds=timeout,
        label=service,
        task_definition=context.ecs.newest_task_definition(),
    )
