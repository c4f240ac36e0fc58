"""How a blue/green service stands: colours, images, weights, tasks, targets, alarms, and who switched."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from aws.colour import COLOURS, Colour
from release.alarms import alarms
from release.aws import Aws
from release.ecs import EcsService, Running
from release.entry import Version
from release.health import target_health
from release.parameter import Log, Parameter
from release.rule import ListenerRule
from release.standing import Standing
from release.target import ReleaseTarget, Side
from release.weights import Live, in_words

State = Literal["live", "canary", "switch not finished", "rule changed by hand"]

HISTORY = 10
"""Entries that are shown; SSM keeps the last 100."""


@dataclass(frozen=True, kw_only=True)
class ColourStatus(Standing):
    """One colour."""

    colour: Colour
    wanted_weight: int
    """Percent of the requests that the parameter wants it to have."""
    actual_weight: int | None
    """Weight in the rule; None where the rule does not forward to both colours."""
    wanted_image: str
    """What its parameter says."""
    deployment: str | None
    """What is not finished about its deployment, or None."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One entry of the history."""

    version: int
    value: str
    who: str
    when: str
    action: str
    """`switch`, `canary`, `rollback`; `made` for the first version, `by hand` for any other without an entry."""
    why: str


@dataclass(frozen=True, kw_only=True)
class ServiceStatus:
    """One blue/green service."""

    environment: str
    service: str
    strategy: str = "blue-green"
    url: str | None
    value: str
    """What the live colour's parameter says: what Terraform reads."""
    state: State
    notes: tuple[str, ...]
    """What is not as it should be, and what to do about it; empty where all is well."""
    colours: Mapping[Colour, ColourStatus]
    history: tuple[Change, ...]
    """The newest changes of the live colour, newest first."""

    def json(self) -> dict[str, Any]:
        """For scripts."""
        return asdict(self)


def service_status(aws: Aws, target: ReleaseTarget) -> ServiceStatus:
    """Look at one service; changes nothing."""
    log = Parameter(aws, target.colour_parameter).read()
    actual = ListenerRule(aws, target).weights()
    live = Live.parse(log.latest.value)
    state = _state(log, live, actual)
    colours = {colour: _colour(aws, target, target.sides[colour], live, actual) for colour in COLOURS}
    return ServiceStatus(
        environment=target.environment,
        service=target.service,
        url=target.url,
        value=log.latest.value,
        state=state,
        notes=tuple(_notes(target, log, live, actual, state, colours)),
        colours=colours,
        history=tuple(change(version) for version in reversed(log.counted[-HISTORY:])),
    )


def _state(log: Log, live: Live, actual: Mapping[Colour, int] | None) -> State:
    if actual == live.weights and log.agrees:
        return "live" if live.full else "canary"
    if log.agrees and log.is_carried_out:
        return "rule changed by hand"
    # Parameter first, then rule: a rule that still says what an earlier entry wanted was not reached.
    earlier = [Live.parse(version.value).weights for version in log.counted[-2:]]
    return "switch not finished" if actual in [*earlier, live.weights] else "rule changed by hand"


def _notes(
    target: ReleaseTarget,
    log: Log,
    live: Live,
    actual: Mapping[Colour, int] | None,
    state: State,
    colours: Mapping[Colour, ColourStatus],
) -> list[str]:
    arguments, notes = target.arguments, []
    if not log.agrees:
        notes.append(
            f"{log.latest.who} wrote {log.latest.value!r} just after {log.effective.who} had written "
            f"{log.effective.value!r}; the first one counts. Finish it: ./windlass switch {arguments}"
        )
    elif state == "switch not finished":
        notes.append(
            f"The parameter wants {in_words(live.weights)}, the rule still says {in_words(actual)}. "
            f"Finish it: ./windlass switch {arguments} (or ./windlass apply {target.environment})"
        )
    elif state == "rule changed by hand":
        notes.append(
            f"The rule says {in_words(actual)}, and the parameter wants {in_words(live.weights)}: it was changed by "
            f"hand. Undo that: ./windlass switch {arguments} (or ./windlass apply {target.environment})"
        )
    elif state == "canary":
        notes.append(
            f"A canary since {log.effective.when}. Go on: ./windlass switch {arguments} {live.colour}; "
            f"back: ./windlass switch {arguments} --rollback"
        )
    for colour, one in colours.items():
        if one.deployment:
            notes.append(f"{colour}: {one.deployment}")
        if (one.actual_weight or one.wanted_weight) and not one.healthy_targets:
            notes.append(f"{colour} gets requests and has no healthy target.")
    return notes


def _colour(
    aws: Aws, target: ReleaseTarget, side: Side, live: Live, actual: Mapping[Colour, int] | None
) -> ColourStatus:
    running = EcsService(aws, target, side.service_name).look()
    health = target_health(aws, side.target_group_arn)
    image = Parameter(aws, side.image_parameter).read()
    return ColourStatus(
        colour=side.colour,
        wanted_weight=live.weights[side.colour],
        actual_weight=None if actual is None else actual[side.colour],
        wanted_image=image.latest.value,
        running_image=running.image,
        desired_count=running.desired,
        running_count=running.running,
        pending_count=running.pending,
        healthy_targets=health.healthy,
        targets=health.total,
        target_problems=health.reasons,
        alarms=alarms(aws, side).ringing,
        deployment=_deployment(target, running, image),
    )


def _deployment(target: ReleaseTarget, running: Running, image: Log) -> str | None:
    if image.latest.value != running.image:
        return (
            f"{image.latest.who} deployed {image.latest.value} at {image.latest.when}, but {running.image} runs. "
            f"Finish it: ./windlass deploy {target.arguments} --image {image.latest.value} (or ./windlass apply "
            f"{target.environment})"
        )
    if running.failed:
        return f"ECS gave up the deployment: {running.failed}"
    return None if running.steady else "a deployment is going on"


def change(version: Version) -> Change:
    """A version of a parameter, for people."""
    return Change(
        version=version.number,
        value=version.value,
        who=version.who,
        when=version.when,
        action=version.entry.action if version.entry else "made" if version.number == 1 else "by hand",
        why=version.why,
    )
