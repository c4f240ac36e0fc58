"""Commands that change a running service: deploy, migrate and switch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from cli.commands_look import environment_argument
from cli.console import messages
from cli.errors import CommandError
from cli.operate import apply_layers
from cli.project import Project
from cli.session import Session, begin

if TYPE_CHECKING:
    from config import Environment
    from release.context import Context
    from release.switch import SwitchRequest

_UNITS = {"s": 1, "m": 60, "h": 3600}


class Duration(click.ParamType[float]):
    """`90s`, `5m`, `1h`, or a number of seconds; gives seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it."""
        if isinstance(value, int | float):
            return float(value)
        number, unit = (value[:-1], _UNITS[value[-1]]) if value[-1:] in _UNITS else (value, 1)
        try:
            seconds = float(number) * unit
        except ValueError:
            seconds = -1
        if not 0 <= seconds < float("inf"):
            self.fail(f"{value!r} is no duration; write 90s, 5m or 1h.", param, ctx)
        return seconds


class Shares(click.ParamType[tuple[int, ...]]):
    """`10,50,100`; gives a tuple of whole numbers."""

    name = "shares"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Read it."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(part.strip().removesuffix("%")) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} are no shares; write 10,50,100.", param, ctx)


service_argument = click.argument("service", metavar="SERVICE")
reason_option = click.option("--reason", default="", metavar="TEXT", help="Why; kept in the history.")


def stepping(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how traffic moves; `switch` and `deploy --switch` share them."""
    options = [
        click.option("--canary", type=Shares(), metavar="10,50,100", help="Move the traffic in these steps."),
        click.option("--bake", type=Duration(), default="5m", show_default=True, metavar="TIME", help="Look at each "
                     "step so long."),
        click.option(
            "--soak", type=Duration(), metavar="TIME", help="Look at the last step so long.  [default: 2m before a "
            "scale-down, otherwise not at all]",
        ),
        click.option("--scale-down", is_flag=True, help="Scale the other colour to zero afterwards."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


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
        _switch(context_of(begin(project, name), service), request)


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
    """Put an image on the idle colour, and wait until its targets are healthy; requests go there with --switch only."""
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
        context = context_of(session, service)
        done = put_image(context, wanted, lambda: _ignore(apply_layers(session.stacks("service"), ask=None)))
        if and_switch:
            from dataclasses import replace

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

    For the first installation, and to try again. It runs the image of the idle colour, or of the one that is named.
    """
    with release_errors():
        from release.migrate import MigrateRequest, stop_migration
        from release.migrate import migrate as run_migration

        command = migration_command(project.environment(name), service)
        session = begin(project, name)
        context = context_of(session, service)
        if stop:
            if not stop_migration(context):
                messages().print("No migration runs.")
            return
        run_migration(context, MigrateRequest(command=command, colour=colour, timeout_seconds=timeout))


def migration_command(environment: "Environment", service: str) -> tuple[str, ...]:
    """What migrates the database of a service; nothing where there is no such service, or no such command."""
    settings = environment.services.get(service)
    return settings.migration_command if settings is not None else ()


def _switch(context: "Context", request: "SwitchRequest") -> None:
    from release.switch import switch as move

    move(context, request)


def context_of(session: Session, service: str) -> "Context":
    """Everything that `release` needs to know of a service."""
    from release.context import Context
    from release.identity import author
    from release.reporter import Reporter
    from release.target import ReleaseTarget

    target = ReleaseTarget.from_outputs(outputs(session), service, environment=session.environment.name)
    aws = aws_of(session)
    return Context(aws=aws, target=target, author=author(aws), reporter=Reporter(messages()))


def outputs(session: Session) -> dict[str, Any]:
    """The outputs of the service layer, by name."""
    (stack,) = session.stacks("service")
    return {key: one["value"] for key, one in stack.outputs().items()}


def aws_of(session: Session) -> Any:
    """AWS as the environment's file means it: a `release.aws.Aws`; the embedded one with its own keys."""
    import os

    import boto3
    from botocore.session import Session as Settings

    from release.aws import Aws

    aws = session.environment.aws
    variables = session.project.embedded_variables(session.environment)
    settings = Settings()
    if variables:
        # The profile and files of the person at the keyboard have no say on the embedded AWS.
        nothing, empty = (None, None, None, None), (None, None, os.devnull, None)
        settings = Settings(session_vars={"profile": nothing, "config_file": empty, "credentials_file": empty})
        settings.set_credentials(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"])
    return Aws(boto3.session.Session(botocore_session=settings, region_name=aws.region), endpoint_url=aws.endpoint_url)


@contextmanager
def release_errors() -> Iterator[None]:
    """Errors of `release` as those of the command line."""
    from release.aws import explained
    from release.errors import ReleaseError

    try:
        with explained():
            yield
    except ReleaseError as error:
        raise CommandError(str(error), exit_code=error.exit_code) from error


def _ignore(_: object) -> None:
    return None
