"""The status of a blue/green service: traffic weights, both colours, and who switched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aws.colour import COLOURS, Colour
from release.context import Context
from release.ecs import EcsServiceState
from release.resources import BlueGreenResources, ColourResources
from release.status import EcsServiceStatus, ServiceStatus, ecs_values, newest_changes, unfinished_deployment
from release.traffic import LiveColour, format_weights, how_to_end_a_canary
from release.versioned_parameter import History

State = Literal["live", "canary", "switch not finished", "rule changed by hand"]
Weights = Mapping[Colour, int]


@dataclass(frozen=True, kw_only=True)
class ColourStatus(EcsServiceStatus):
    """One colour."""

    colour: Colour
    desired_weight: int
    """Percent of the requests that the parameter says."""
    actual_weight: int | None
    """Weight in the rule; None where the rule does not forward to both colours."""
    deployment: str | None
    """What is not finished about its deployment, or None."""

    @property
    def cells(self) -> dict[str, str]:
        """The colour and its traffic."""
        actual = "?" if self.actual_weight is None else f"{self.actual_weight} %"
        return {"colour": self.colour, "desired": f"{self.desired_weight} %", "actual": actual}


@dataclass(frozen=True, kw_only=True)
class BlueGreenStatus(ServiceStatus):
    """One blue/green service."""

    value: str
    """What the live colour's parameter says: what Terraform reads."""
    colours: Mapping[Colour, ColourStatus]

    @property
    def summary(self) -> str:
        """The live colour."""
        return self.value

    @property
    def ecs_services(self) -> Sequence[ColourStatus]:
        """Both colours."""
        return tuple(self.colours.values())


def blue_green_status(service: BlueGreenResources) -> BlueGreenStatus:
    """Read the status of a service; changes nothing."""
    context, history, actual = service.context, service.live_colour.read(), service.rule.weights()
    live = LiveColour.parse(history.latest.value)
    state = _state(history, live, actual)
    colours = {colour: _colour(service.colours[colour], live, actual) for colour in COLOURS}
    return BlueGreenStatus(
        environment=context.environment,
        service=context.service,
        strategy=service.outputs.strategy,
        url=service.outputs.url,
        value=history.latest.value,
        state=state,
        notes=(*_notes(context, history, live, actual, state), *_colour_notes(colours)),
        colours=colours,
        history=newest_changes(history),
    )


def _state(history: History, live: LiveColour, actual: Weights | None) -> State:
    if actual == live.weights and history.is_consistent:
        return "live" if live.sole_colour else "canary"
    if history.is_consistent and history.is_applied:
        return "rule changed by hand"
    # Parameter first, then rule: a rule with the weights of an earlier version was not reached.
    earlier = [LiveColour.parse(version.value).weights for version in history.counted[-2:]]
    return "switch not finished" if actual in [*earlier, live.weights] else "rule changed by hand"


def _notes(context: Context, history: History, live: LiveColour, actual: Weights | None, state: State) -> list[str]:
    arguments, environment = context.arguments, context.environment
    latest, effective = history.latest, history.effective
    if not history.is_consistent:
        return [
            f"{latest.who} wrote {latest.value!r} just after {effective.who} had written {effective.value!r}; the "
            f"first one counts. Finish it: ./windlass switch {arguments}"
        ]
    if state == "switch not finished":
        return [
            f"The parameter says {format_weights(live.weights)}, the rule still {format_weights(actual)}. "
            f"Finish it: ./windlass switch {arguments} (or ./windlass apply {environment})"
        ]
    if state == "rule changed by hand":
        return [
            f"The rule says {format_weights(actual)}, the parameter {format_weights(live.weights)}: the rule was "
            f"changed by hand. Undo that: ./windlass switch {arguments} (or ./windlass apply {environment})"
        ]
    if state == "canary":
        return [f"A canary since {effective.when}. {how_to_end_a_canary(arguments, live)}"]
    return []


def _colour_notes(colours: Mapping[Colour, ColourStatus]) -> list[str]:
    notes = []
    for colour, one in colours.items():
        if one.deployment:
            notes.append(f"{colour}: {one.deployment}")
        if (one.actual_weight or one.desired_weight) and not one.healthy_targets:
            notes.append(f"{colour} gets requests and has no healthy target.")
    return notes


def _colour(side: ColourResources, live: LiveColour, actual: Weights | None) -> ColourStatus:
    image, state = side.image.read(), side.ecs.describe()
    return ColourStatus(
        colour=side.colour,
        desired_weight=live.weights[side.colour],
        actual_weight=None if actual is None else actual[side.colour],
        deployment=_deployment(side.context, image, state),
        **ecs_values(image, state, side.health(), side.alarms()),
    )


def _deployment(context: Context, image: History, state: EcsServiceState) -> str | None:
    unfinished = unfinished_deployment(image, state)
    if unfinished:
        return (
            f"{unfinished}. Finish it: ./windlass deploy {context.arguments} --image {image.latest.value} "
            f"(or ./windlass apply {context.environment})"
        )
    if state.failure:
        return f"ECS gave up the deployment: {state.failure}"
    return None if state.is_steady else "a deployment is in progress"
