"""Moves traffic from one colour to the other: at once, in steps, or back.

Every step writes the parameter and then the rule (`release.parameter`, `release.settle`). A step counts only while
nobody else has written since the command began: each is based on the one before it, and the first on what was read
when the command decided. So a colleague's rollback ends a canary, and the canary does not undo the rollback.
"""

from dataclasses import dataclass

from aws.colour import Colour
from release.context import Context
from release.entry import Action, Version
from release.errors import FailedError, LostError, RolledBackError, StoppedError
from release.interrupts import uninterrupted
from release.migrate import MigrateRequest, migrate
from release.parameter import Log, won
from release.previous import previous_colour
from release.ready import needed_targets, require_quiet, require_ready
from release.scale import bring_up
from release.switch_request import SwitchRequest
from release.watch import require_mine, watch
from release.weights import Live, in_words, other

__all__ = ["SwitchRequest", "Switched", "switch"]


@dataclass(frozen=True, kw_only=True)
class Switched:
    """How a service stands after a switch."""

    changed: bool
    """Whether anything had to be written."""

    value: str
    """What the parameter says, and the rule with it."""


def switch(context: Context, request: SwitchRequest) -> Switched:
    """Carry out a request.

    Raises:
        RefusedError: the colour is not ready; nothing was changed.
        LostError: somebody else wrote first; what they wrote stands.
        RolledBackError: the colour did not do well, and the traffic is back where it was.
        StoppedError: Ctrl-C; parameter and rule agree.
        FailedError: AWS does not do what it should.
    """
    return _Switch(context, request).run()


class _Switch:
    def __init__(self, context: Context, request: SwitchRequest) -> None:
        self._context = context
        self._request = request
        self._known_alarms: tuple[str, ...] = ()
        self._service = context.target.service

    def run(self) -> Switched:
        request, context = self._request, self._context
        log = context.colour.read()
        now = Live.parse(log.effective.value)
        unfinished = not log.agrees or context.rule.weights() != now.weights
        if unfinished and request.colour is None and not request.rollback and request.steps == (100,):
            return self._finish()
        colour = self._colour(log, now)
        wanted = Live(colour=colour, share=request.steps[-1])
        if now.weights == wanted.weights:
            if unfinished:
                self._finish()
            else:
                context.reporter.say(f"{self._service}: {in_words(now.weights)} already; nothing to switch.")
            self._scale_down(log.effective, colour)
            return Switched(changed=unfinished, value=log.effective.value)
        self._check(colour, now)
        last = self._steps(log.effective, now, colour)
        self._scale_down(last, colour)
        return Switched(changed=True, value=last.value)

    def _finish(self) -> Switched:
        """Carry out what an earlier command, or somebody at the rule, left half done."""
        before = self._context.colour.read()
        newest = before.effective
        if not before.agrees:
            what = f"took back {before.latest.value!r} of {before.latest.who}, for {newest.who} had been first"
        elif before.is_carried_out:
            what = "the rule was changed by hand and says again what the parameter wants"
        else:
            what = f"finished what {newest.who} began at {newest.when}"
        with uninterrupted():
            newest = self._context.settle().effective
        weights = in_words(Live.parse(newest.value).weights)
        self._context.reporter.say(f"{self._service}: {what}: {weights}.", style="green")
        return Switched(changed=True, value=newest.value)

    def _colour(self, log: Log, now: Live) -> Colour:
        request = self._request
        if request.rollback:
            return previous_colour(self._context, log, force=request.force)
        if request.colour is not None:
            return request.colour
        return now.colour if now.full is None else other(now.full)

    def _check(self, colour: Colour, now: Live) -> None:
        request, context = self._request, self._context
        if request.scale_up:
            count = max(context.service(other(colour)).look().desired, context.service(colour).look().desired, 1)
            # A colour whose migration failed stands at zero; one that was live has its revision.
            if request.migration and not request.rollback and not context.service(colour).look().desired:
                migrate(context, MigrateRequest(command=request.migration, colour=colour))
            bring_up(context, colour, count)
        if request.force:
            self._known_alarms = context.alarms(colour).ringing
            return
        require_ready(context, colour, needed_targets(context, colour, now, minimum=request.minimum))
        if not request.rollback:
            require_quiet(context, colour)

    def _steps(self, base: Version, start: Live, colour: Colour) -> Version:
        """Take the steps that are left, looking at the colour after each."""
        request = self._request
        share = start.weights[colour]
        steps = [step for step in request.steps if len(request.steps) == 1 or step > share]
        mine = base
        for step in steps:
            live = Live(colour=colour, share=step)
            left = steps[steps.index(step) + 1 :]
            try:
                mine = self._write(mine, live, self._action(step))
                self._look(mine, live, back=start, seconds=request.bake_seconds if left else request.soak)
            except KeyboardInterrupt:
                raise StoppedError(self._how_to_go_on(live, left)) from None
        return mine

    def _action(self, step: int) -> Action:
        if self._request.rollback:
            return "rollback"
        return "switch" if step == 100 else "canary"

    def _write(self, base: Version, live: Live, action: Action, *, why: str | None = None) -> Version:
        """One step: the parameter, then the rule; raises LostError where somebody else was first."""
        context = self._context
        with uninterrupted():
            reason = self._request.reason if why is None else why
            context.colour.write(str(live), base=base, action=action, author=context.author, why=reason)
            # The loser settles too: whoever won may have been killed.
            log = context.settle()
            mine = won(log, context.author, base, self._service)
        context.reporter.say(f"{self._service}: {in_words(live.weights)}", style="green")
        return mine

    def _look(self, mine: Version, live: Live, *, back: Live, seconds: float) -> None:
        if seconds <= 0:
            return
        line = f"{self._service}: {in_words(live.weights)}, looking at {live.colour}"
        found = watch(self._context, live.colour, mine, seconds=seconds, line=line, known_alarms=self._known_alarms)
        if found is not None:
            self._go_back(mine, live, back=back, why=found)

    def _go_back(self, mine: Version, live: Live, *, back: Live, why: str) -> None:
        """All requests to the colour that had the most before this command; always ends with an exception."""
        context = self._context
        colour = max(back.weights, key=lambda one: back.weights[one])
        if colour == live.colour:
            colour = other(live.colour)
        health = context.health(colour)
        if not health.healthy:
            raise FailedError(
                f"{self._service}: {why}. It was not rolled back, for {colour} has {health.in_words}: "
                f"it stays at {in_words(live.weights)}. Decide: ./windlass status {context.target.arguments}"
            )
        self._write(mine, Live(colour=colour), "rollback", why=f"by itself: {why}")
        raise RolledBackError(
            f"{self._service} was rolled back to {colour} with every request: {why}. "
            f"{live.colour} still runs, so that you can look: ./windlass status {context.target.arguments}"
        )

    def _how_to_go_on(self, live: Live, left: list[int]) -> str:
        arguments = self._context.target.arguments
        if self._context.rule.weights() != live.weights:
            return f"Stopped in the middle of a step. Finish it: ./windlass switch {arguments}"
        lines = [f"Stopped. {self._service} stays at {in_words(live.weights)}; parameter and rule agree."]
        if left:
            canary = f" --canary {','.join(map(str, left))}" if len(left) > 1 else f" --weight {left[0]}"
            lines.append(f"Go on: ./windlass switch {arguments} {live.colour}{'' if left == [100] else canary}")
        lines.append(f"Back:  ./windlass switch {arguments} --rollback")
        return "\n".join(lines)

    def _scale_down(self, mine: Version, colour: Colour) -> None:
        """The other colour to zero, if asked, and only while nobody has given it requests again."""
        if not self._request.scale_down:
            return
        context, idle = self._context, other(colour)
        service = context.service(idle)
        count = service.look().desired
        if not count:
            return
        try:
            require_mine(context, mine)
        except LostError as error:
            raise LostError(f"{idle} was not scaled down. {error}") from error
        service.scale(0)
        context.reporter.say(f"{self._service} {idle}: {count} → 0 tasks")
