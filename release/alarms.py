"""CloudWatch alarms: by the start of their names, or by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws.colour import COLOURS
from release.aws import Aws

_NAMES_PER_CALL = 100


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """Of one colour, or of one service."""

    in_alarm: tuple[str, ...]
    """Names of those in state ALARM. INSUFFICIENT_DATA does not count: an idle colour has no data."""

    total: int
    """How many there are."""


def alarms_named(aws: Aws, names: Sequence[str]) -> Alarms:
    """Return the alarms with these names; none without names."""
    states = {}
    for start in range(0, len(names), _NAMES_PER_CALL):
        answer = aws.client("cloudwatch").describe_alarms(AlarmNames=list(names[start : start + _NAMES_PER_CALL]))
        for alarm in (*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])):
            states[alarm["AlarmName"]] = alarm["StateValue"]
    return _alarms(states)


def colour_alarms(aws: Aws, *, name_prefix: str) -> Alarms:
    """Return the alarms of a colour, whose names start with `name_prefix`."""
    # A service may be called `web-blue`, and its alarms then start like those of blue in `web`.
    others = tuple(f"{name_prefix}{colour}-" for colour in COLOURS)
    states = _states(aws, name_prefix)
    return _alarms({name: state for name, state in states.items() if not name.startswith(others)})


def alarms_with_prefix(aws: Aws, name_prefix: str) -> Alarms:
    """Return all alarms whose names start with `name_prefix`."""
    return _alarms(_states(aws, name_prefix))


def _states(aws: Aws, name_prefix: str) -> dict[str, str]:
    states: dict[str, str] = {}
    for kind in ("MetricAlarms", "CompositeAlarms"):
        for alarm in aws.pages(
            "cloudwatch",
            "describe_alarms",
            kind,
            AlarmNamePrefix=name_prefix,
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        ):
            states[alarm["AlarmName"]] = alarm["StateValue"]
    return states


def _alarms(states: Mapping[str, str]) -> Alarms:
    return Alarms(in_alarm=tuple(sorted(name for name, state in states.items() if state == "ALARM")), total=len(states))
