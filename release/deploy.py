"""Puts an image on the idle colour, and brings that colour up; no request reaches it before a switch.

The image of a colour is the value of its SSM parameter, and Terraform reads the task definition's image from there.
So a deployment writes the parameter and lets Terraform apply: Terraform stays the only owner of task definitions, and
the next plan is empty. A deployment that is killed is carried on by the same command.

Where the service has a migration command, no task of the new image starts before the migration has succeeded (A07): the
idle colour is at zero tasks meanwhile, and stays there if it fails, so that no switch can go to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aws.colour import Colour
from release.context import Context
from release.ecs import Running
from release.errors import BadRequestError, FailedError, RefusedError
from release.images import check_exists, check_reference, write_image
from release.migrate import TIMEOUT_SECONDS as MIGRATION_TIMEOUT_SECONDS
from release.migrate import MigrateRequest, migrate
from release.parameter import Log, Parameter
from release.scale import TIMEOUT_SECONDS, bring_up
from release.weights import Live, in_words, other


@dataclass(frozen=True, kw_only=True)
class DeployRequest:
    """What somebody asks for."""

    image: str
    """Complete reference of the image (E05)."""

    count: int | None = None
    """Tasks. Default: as many as the live colour wants, and one at least."""

    force: bool = False
    """Go on during a canary, onto its new colour, and after a switch that is not finished."""

    allow_moving_tags: bool = False
    """Whether the tag `latest` will do. Default: no; for development only."""

    timeout_seconds: float = TIMEOUT_SECONDS
    """How long the targets may take to become healthy. Default: 15 minutes."""

    migration: tuple[str, ...] = ()
    """Command that migrates the database, run with the new image before its tasks start. Default: none."""

    migration_timeout_seconds: float = MIGRATION_TIMEOUT_SECONDS
    """How long the migration may take. Default: 15 minutes."""

    reason: str = ""
    """Why, for the history."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.count is not None and self.count < 1:
            raise BadRequestError(f"The count is {self.count}; one task is the least.")
        check_reference(self.image, allow_moving_tags=self.allow_moving_tags)


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What a deployment did."""

    colour: Colour
    """The colour that runs the image now."""

    changed: bool
    """Whether anything had to be done."""


def deploy(context: Context, request: DeployRequest, apply: Callable[[], None]) -> Deployed:
    """Carry out a request.

    Args:
        context: the service.
        request: which image.
        apply: lets Terraform apply the service layer; raises where that fails.

    Raises:
        RefusedError: both colours get requests, or ECR has no such image; nothing was changed.
        LostError: somebody else deployed or switched at the same moment.
        FailedError: the migration fails, or the tasks do not become healthy; says why.
    """
    target, say = context.target, context.reporter.say
    before = context.colour.read()
    colour = _idle_colour(context, before, force=request.force)
    parameter = Parameter(context.aws, context.target.sides[colour].image_parameter)
    check_exists(context.aws, request.image)
    service = context.service(colour)
    log, running = parameter.read(), service.look()
    count = request.count or max(1, context.service(other(colour)).look().desired)
    if log.agrees and log.latest.value == request.image and _is_up(context, colour, running, request.image, count):
        say(f"{target.service} {colour} runs {request.image} already, with {running.running} tasks; nothing to deploy.")
        return Deployed(colour=colour, changed=False)
    write_image(context, parameter, request.image, whose=f"{target.service} {colour}", why=request.reason)
    _require_unswitched(context, before, "Terraform")
    if running.image != request.image:
        if request.migration and running.desired and _gets_no_request(context, before, colour):
            # ECS would replace them by tasks of the new image at once, before the migration.
            service.scale(0)
            say(f"{target.service} {colour}: {running.desired} → 0 tasks until the migration is done")
        apply()
        running = service.look()
        if running.image != request.image:
            raise FailedError(
                f"Terraform has applied, and {target.service} {colour} still runs {running.image}: "
                f"somebody else may have applied meanwhile. Run the command again, or look at ./windlass plan "
                f"{target.environment}"
            )
    if request.migration:
        migrate(
            context,
            MigrateRequest(command=request.migration, colour=colour, timeout_seconds=request.migration_timeout_seconds),
        )
        _require_unswitched(context, before, "its tasks were started")
    bring_up(context, colour, count, timeout_seconds=request.timeout_seconds)
    say(f"{target.service} {colour} is up: {count} tasks of {request.image}, no request yet.", style="green")
    return Deployed(colour=colour, changed=True)


def _idle_colour(context: Context, log: Log, *, force: bool) -> Colour:
    """The colour that gets no request, neither by the parameter nor by the rule."""
    live, actual = Live.parse(log.effective.value), context.rule.weights()
    arguments = context.target.arguments
    if not force and (actual != live.weights or not log.agrees):
        raise RefusedError(
            f"{context.target.service} is between two states: the parameter wants {in_words(live.weights)}, the rule "
            f"says {in_words(actual)}. Finish that first: ./windlass switch {arguments}"
        )
    if live.full is not None:
        return other(live.full)
    if force:
        return live.colour
    raise RefusedError(
        f"{context.target.service} has no idle colour: a canary is on ({in_words(live.weights)}, since "
        f"{log.effective.when}, by {log.effective.who}). Finish it (./windlass switch {arguments} {live.colour}), or "
        f"take it back (--rollback); --force deploys onto {live.colour} while it serves."
    )


def _gets_no_request(context: Context, log: Log, colour: Colour) -> bool:
    """Always so but with `force`."""
    wanted, actual = Live.parse(log.effective.value).weights, context.rule.weights()
    return actual is not None and wanted[colour] == actual[colour] == 0


def _is_up(context: Context, colour: Colour, running: Running, image: str, count: int) -> bool:
    return (
        running.image == image
        and running.steady
        and running.desired == count
        and running.running >= count
        and context.health(colour).healthy >= count
    )


def _require_unswitched(context: Context, before: Log, about: str) -> None:
    """Nobody gave the idle colour requests meanwhile."""
    now = context.colour.read().effective
    if now.number != before.effective.number:
        raise RefusedError(
            f"{context.target.service} was switched by {now.who} at {now.when} (to {now.value!r}), so this deployment "
            f"stopped before {about}. Look at ./windlass status, then decide again."
        )
