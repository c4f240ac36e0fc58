"""Moves traffic from one colour to the other: at once, in steps, or back.

Every step writes the parameter and then the rule (`release.versioned_parameter`, `release.reconcile`). A step counts
only if no one else has written since the command started: each is based on the one before it, and the first on what
was read when the command decided. So a colleague's rollback ends a canary, and the canary does not undo the rollback.
"""

from dataclasses import dataclass

from aws.colour import Colour
from release.bake import bake, duration, require_latest
from release.change_record import Action, Version
from release.errors import FailedError, LostError, RolledBackError, StoppedError
from release.interrupts import uninterrupted
from release.migrate import migrate_like
from release.minimum import hold_both, reconcile_minimum
from release.preflight import require_healthy, require_no_alarm, required_targets, tasks_for_all
from release.resources import BlueGreenResources
from release.rollback import rollback_colour
from release.scale import scale_up
from release.switch_request import SwitchRequest
from release.traffic import LiveColour, format_weights, how_to_end_a_canary, other_colour
from release.versioned_parameter import History, require_won

_ROUNDS = 5
"""How often a colour follows another one that is scaled out meanwhile."""

__all__ = ["SwitchRequest", "Switched", "switch"]


@dataclass(frozen=True, kw_only=True)
class Switched:
    """The result of a switch."""

    changed: bool
    """Whether anything had to be written."""

    value: str
    """What the parameter says, and the rule with it."""


def switch(service: BlueGreenResources, request: SwitchRequest) -> Switched:
    """Carry out a request.

    Raises:
        RefusedError: the colour is not ready; nothing was changed.
        LostError: somebody else wrote first; what they wrote is kept.
        RolledBackError: the colour failed its checks, and the traffic is back where it was.
        StoppedError: Ctrl-C; parameter and rule agree.
        FailedError: AWS does not do what it should.
    """
    return _Switch(service, request).run()


class _Switch:
    def __init__(self, service: BlueGreenResources, request: SwitchRequest) -> None:
        self._service = service
        self._request = request
        self._known_alarms: tuple[str, ...] = ()
        self._context = service.context
        self._name = service.context.service

    def run(self) -> Switched:
        request, service = self._request, self._service
        history = service.live_colour.read()
        current = LiveColour.parse(history.effective.value)
        unfinished = not history.is_consistent or service.rule.weights() != current.weights
        if unfinished and request.colour is None and not request.rollback and request.steps == (100,):
            return self._finish()
        colour = self._colour(history, current)
        desired = LiveColour(colour=colour, percent=request.steps[-1])
        if current.weights == desired.weights:
            if unfinished:
                self._finish()
            else:
                self._result(f"{self._name}: {format_weights(current.weights)} already; nothing to switch.")
            reconcile_minimum(service, current, after_seconds=request.soak)
            self._scale_down(history.effective, colour)
            return Switched(changed=unfinished, value=history.effective.value)
        self._preflight(colour, current)
        hold_both(service)
        last = self._steps(history.effective, current, colour)
        self._scale_down(last, colour)
        reached = LiveColour.parse(last.value)
        self._result(f"{self._name}: {format_weights(reached.weights)}")
        if reached.sole_colour is None:
            self._say(how_to_end_a_canary(self._context.arguments, reached))
        return Switched(changed=True, value=last.value)

    def _finish(self) -> Switched:
        """Complete what an earlier command, or somebody who changed the rule, left half done."""
        before = self._service.live_colour.read()
        newest = before.effective
        if not before.is_consistent:
            action = f"withdrew {before.latest.value!r} by {before.latest.who}, because {newest.who} wrote first"
        elif before.is_applied:
            action = "the rule was changed by hand, and follows the parameter again"
        else:
            action = f"finished what {newest.who} started at {newest.when}"
        with uninterrupted():
            newest = self._service.reconcile().effective
            reconcile_minimum(self._service, LiveColour.parse(newest.value), after_seconds=self._request.soak)
        weights = format_weights(LiveColour.parse(newest.value).weights)
        self._result(f"{self._name}: {action}: {weights}.")
        return Switched(changed=True, value=newest.value)

    def _colour(self, history: History, current: LiveColour) -> Colour:
        request = self._request
        if request.rollback:
            return rollback_colour(self._service, history, force=request.force)
        if request.colour is not None:
            return request.colour
        return current.colour if current.sole_colour is None else other_colour(current.sole_colour)

    def _preflight(self, colour: Colour, current: LiveColour) -> None:
        request, service = self._request, self._service
        self._bring_up(colour)
        if request.force:
            self._known_alarms = service.colours[colour].alarms().in_alarm
            return
        require_healthy(service, colour, required_targets(service, colour, current, minimum=request.minimum))
        if not request.rollback:
            require_no_alarm(service, colour)

    def _bring_up(self, colour: Colour) -> None:
        """Give the colour as many tasks as the other one has: scaling has taken them away while it was idle.

        A colour without a task is started for a rollback, and where that was asked for: whatever it has, nobody has
        said that it may serve.
        """
        request, service = self._request, self._service
        side = service.colours[colour]
        for _ in range(_ROUNDS):
            desired, wanted = side.ecs.describe().desired, tasks_for_all(service, colour)
            if not request.scale_up and (request.force or desired >= wanted or not (desired or request.rollback)):
                return
            # A colour whose migration failed is at zero; one that was live has its schema revision.
            if request.migration and not request.rollback and not desired:
                migrate_like(side.ecs, request.migration, label=f"{self._name} {colour}")
            scale_up(side, max(wanted, desired), healthy=request.minimum, serves=True)
            if tasks_for_all(service, colour) <= wanted:
                return
            # Meanwhile the other colour has been scaled out.

    def _steps(self, base: Version, start: LiveColour, colour: Colour) -> Version:
        """Take the steps that are left, and observe the colour after each."""
        request = self._request
        percent = start.weights[colour]
        steps = [step for step in request.steps if len(request.steps) == 1 or step > percent]
        written = base
        for step in steps:
            live = LiveColour(colour=colour, percent=step)
            left = steps[steps.index(step) + 1 :]
            try:
                written = self._write(written, live, self._action(step))
                if left or request.soak or request.scale_down:  # otherwise the result follows, which says the same
                    self._say_weights(live)
                self._bake(written, live, start=start, seconds=request.bake_seconds if left else request.soak)
            except KeyboardInterrupt:
                raise StoppedError(self._how_to_go_on(live, left)) from None
        return written

    def _action(self, step: int) -> Action:
        if self._request.rollback:
            return "rollback"
        return "switch" if step == 100 else "canary"

    def _write(self, base: Version, live: LiveColour, action: Action, *, why: str | None = None) -> Version:
        """One step: the parameter, then the rule; raises LostError where somebody else was first."""
        service, author = self._service, self._context.author
        with uninterrupted():
            reason = self._request.reason if why is None else why
            service.live_colour.write(str(live), base=base, action=action, author=author, why=reason)
            # The loser reconciles too: the winner may have been killed.
            history = service.reconcile()
            written = require_won(history, author, base, self._name)
            request = self._request
            longest = max(request.soak, request.bake_seconds if len(request.steps) > 1 else 0)
            reconcile_minimum(service, live, after_seconds=longest, moved=True)
            return written

    def _bake(self, written: Version, live: LiveColour, *, start: LiveColour, seconds: float) -> None:
        if seconds <= 0:
            return
        line = f"{self._name}: {format_weights(live.weights)}, observing {live.colour} for {duration(seconds)}"
        side = self._service.colours[live.colour]
        problem = bake(self._service, side, written, seconds=seconds, line=line, known_alarms=self._known_alarms)
        if problem is not None:
            self._roll_back(written, live, start=start, why=problem)

    def _roll_back(self, written: Version, live: LiveColour, *, start: LiveColour, why: str) -> None:
        """Move all requests to the colour that had the most before this command; always raises."""
        arguments = self._context.arguments
        colour = max(start.weights, key=lambda one: start.weights[one])
        if colour == live.colour:
            colour = other_colour(live.colour)
        health = self._service.colours[colour].health()
        if not health.healthy:
            raise FailedError(
                f"{self._name}: {why}. It was not rolled back, because {colour} has {health.summary}: "
                f"it stays at {format_weights(live.weights)}. Decide: ./windlass status {arguments}"
            )
        back = LiveColour(colour=colour)
        self._write(written, back, "rollback", why=f"automatic: {why}")
        self._say_weights(back)
        raise RolledBackError(
            f"{self._name} was rolled back; {colour} receives all traffic again: {why}. "
            f"{live.colour} still runs, so that you can examine it: ./windlass status {arguments}"
        )

    def _how_to_go_on(self, live: LiveColour, left: list[int]) -> str:
        arguments = self._context.arguments
        if self._service.rule.weights() != live.weights:
            return f"Stopped in the middle of a step. Finish it: ./windlass switch {arguments}"
        lines = [f"Stopped. {self._name} stays at {format_weights(live.weights)}; parameter and rule agree."]
        if left:
            canary = f" --canary {','.join(map(str, left))}" if len(left) > 1 else f" --weight {left[0]}"
            lines.append(f"Go on: ./windlass switch {arguments} {live.colour}{'' if left == [100] else canary}")
        lines.append(f"Back:  ./windlass switch {arguments} --rollback")
        return "\n".join(lines)

    def _scale_down(self, written: Version, colour: Colour) -> None:
        """Scale the other colour to zero, if requested, and only if no one has given it requests again."""
        if not self._request.scale_down:
            return
        idle = other_colour(colour)
        service = self._service.colours[idle].ecs
        count = service.describe().desired
        if not count:
            return
        try:
            require_latest(self._service, written)
        except LostError as error:
            raise LostError(f"{idle} was not scaled down. {error}") from error
        self._service.colours[idle].scaling.set_minimum(0)
        service.scale(0)
        self._say(f"{self._name} {idle}: {count} → 0 tasks")

    def _say_weights(self, live: LiveColour) -> None:
        self._say(f"{self._name}: {format_weights(live.weights)}", style="green")

    def _say(self, sentence: str, *, style: str = "") -> None:
        self._context.reporter.say(sentence, style=style)

    def _result(self, sentence: str) -> None:
        self._context.reporter.result(sentence, style="green")
