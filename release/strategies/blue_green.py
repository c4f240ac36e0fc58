"""Blue/green: an image goes to the idle colour, and no request reaches it before a switch.

Where the service has a migration command, no task of the new image starts before the migration has succeeded (A07): the
idle colour is at zero tasks meanwhile, and stays there if it fails, so that no switch can go to it.
"""

from dataclasses import dataclass

from aws.colour import Colour
from release.counted import counted
from release.deploy import Deployed, DeployRequest, Terraform
from release.ecs import EcsServiceState
from release.errors import FailedError, RefusedError
from release.images import request_image
from release.migrate import MigrateRequest, migrate_like, stop_migration
from release.minimum import hold, reconcile_minimum
from release.preflight import check_exists
from release.resources import BlueGreenResources, ColourResources
from release.scale import scale_up
from release.strategies.blue_green_status import BlueGreenStatus, blue_green_status
from release.switch import Switched, SwitchRequest, switch
from release.traffic import LiveColour, format_weights, other_colour
from release.versioned_parameter import History


@dataclass(frozen=True, kw_only=True)
class BlueGreen(BlueGreenResources):
    """A blue/green service."""

    def deploy(self, request: DeployRequest, terraform: Terraform) -> Deployed:
        """Put an image on the idle colour, and wait until that is healthy.

        Args:
            request: which image.
            terraform: applies the service layer.

        Raises:
            RefusedError: both colours get requests, or ECR has no such image; nothing was changed.
            LostError: somebody else deployed or switched at the same moment.
            FailedError: the migration fails, or the tasks do not become healthy; with the causes.
        """
        before = self.live_colour.read()
        side = self.colours[self._idle_colour(before, force=request.force)]
        label, reporter = f"{self.context.service} {side.colour}", self.context.reporter
        check_exists(self.context.aws, request.image, self.context.arguments)
        image, state = side.image.read(), side.ecs.describe()
        count = request.count or max(1, self.colours[other_colour(side.colour)].ecs.describe().desired)
        if image.is_consistent and image.latest.value == request.image and _is_up(side, state, request.image, count):
            reporter.result(
                f"{label} runs {request.image} already, with {counted(state.running, 'task')}; nothing to deploy."
            )
            reconcile_minimum(self, LiveColour.parse(before.effective.value))
            return Deployed(colour=side.colour, changed=False)
        request_image(self.context, side.image, request.image, label=label, reason=request.reason)
        self._require_not_switched(before, "Terraform")
        if state.image != request.image:
            if request.migration and state.desired and self._is_idle(before, side.colour):
                # ECS would replace them by tasks of the new image at once, before the migration.
                hold(side, 0, serves=False)
                side.ecs.scale(0)
                reporter.say(f"{label}: {state.desired} → 0 tasks until the migration is done")
            terraform.apply()
            self._require_image(side, request.image)
        if request.migration:
            migrate_like(side.ecs, request.migration, label=label, timeout_seconds=request.migration_timeout_seconds)
            self._require_not_switched(before, "its tasks were started")
        scale_up(side, count, timeout_seconds=request.timeout_seconds)
        reconcile_minimum(self, LiveColour.parse(before.effective.value))
        reporter.result(f"{label} is up: {counted(count, 'task')} of {request.image}, no request yet.", style="green")
        return Deployed(colour=side.colour, changed=True)

    def migrate(self, request: MigrateRequest) -> None:
        """Run a migration with the image of a colour, and wait until it has ended with exit code 0.

        Raises:
            RefusedError, FailedError, StoppedError: as `release.migrate.migrate_like`.
        """
        colour = request.colour or self._newest_colour()
        migrate_like(
            self.colours[colour].ecs,
            request.command,
            label=f"{self.context.service} {colour}",
            timeout_seconds=request.timeout_seconds,
            is_result=True,
        )

    def stop_migration(self) -> bool:
        """Stop the migration that runs, of either colour; returns whether one did."""
        return stop_migration(self.colours["blue"].ecs)

    def status(self) -> BlueGreenStatus:
        """Read its status; changes nothing."""
        return blue_green_status(self)

    def switch(self, request: SwitchRequest) -> Switched:
        """Move traffic; see `release.switch.switch`."""
        return switch(self, request)

    def keep_minimum(self) -> None:
        """Give the live colour the minimum of the environment file, and the idle one none; `apply` calls it."""
        reconcile_minimum(self, LiveColour.parse(self.live_colour.read().effective.value))

    def _newest_colour(self) -> Colour:
        """The colour that gets no request; during a canary the one that gets the few."""
        live = LiveColour.parse(self.live_colour.read().effective.value)
        return other_colour(live.sole_colour) if live.sole_colour is not None else live.colour

    def _idle_colour(self, history: History, *, force: bool) -> Colour:
        """The colour that gets no request, neither by the parameter nor by the rule."""
        live, actual = LiveColour.parse(history.effective.value), self.rule.weights()
        name, arguments = self.context.service, self.context.arguments
        if not force and (actual != live.weights or not history.is_consistent):
            raise RefusedError(
                f"{name} is between two states: the parameter says {format_weights(live.weights)}, the rule "
                f"{format_weights(actual)}. Finish that first: ./windlass switch {arguments}"
            )
        if live.sole_colour is not None:
            return other_colour(live.sole_colour)
        if force:
            return live.colour
        raise RefusedError(
            f"{name} has no idle colour: a canary is in progress ({format_weights(live.weights)}, since "
            f"{history.effective.when}, by {history.effective.who}). Finish it (./windlass switch {arguments} "
            f"{live.colour}), or roll it back (--rollback); --force deploys onto {live.colour} while it serves."
        )

    def _is_idle(self, history: History, colour: Colour) -> bool:
        """Whether the colour gets no request; always so without `force`."""
        desired, actual = LiveColour.parse(history.effective.value).weights, self.rule.weights()
        return actual is not None and desired[colour] == actual[colour] == 0

    def _require_not_switched(self, before: History, about_to: str) -> None:
        """Nobody gave the idle colour requests meanwhile."""
        current = self.live_colour.read().effective
        if current.number != before.effective.number:
            raise RefusedError(
                f"{self.context.service} was switched by {current.who} at {current.when} (to {current.value!r}), so "
                f"this deployment stopped before {about_to}. Check ./windlass status, then decide again."
            )

    def _require_image(self, side: ColourResources, image: str) -> None:
        running = side.ecs.describe().image
        if running != image:
            raise FailedError(
                f"Terraform has applied, and {self.context.service} {side.colour} still runs {running}: "
                f"somebody else may have applied meanwhile. Run the command again, or check ./windlass plan "
                f"{self.context.environment}"
            )


def _is_up(side: ColourResources, state: EcsServiceState, image: str, count: int) -> bool:
    return (
        state.image == image
        and state.is_steady
        and state.desired == count
        and state.running >= count
        and side.health().healthy >= count
    )
