"""The CloudWatch alarms of a colour, found by the start of their names, or of a service that names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws.colour import COLOURS
from release.aws import Aws
from release.target import Side


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """Of one colour, or one service."""

    ringing: tuple[str, ...]
    """Names of those in state ALARM. INSUFFICIENT_DATA is none: an idle colour has no data."""
    total: int


def named_alarms(aws: Aws, names: Sequence[str]) -> Alarms:
    """Alarms whose names are known; none where there are no names."""
    states = {}
    # So many names are the most that one call takes.
    for start in range(0, len(names), 100):
        found = aws.client("cloudwatch").describe_alarms(AlarmNames=list(names[start : start + 100]))
        for alarm in (*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])):
            states[alarm["AlarmName"]] = alarm["StateValue"]
    return _alarms(states)


def alarms(aws: Aws, side: Side) -> Alarms:
    """Those of a colour."""
    found: dict[str, str] = {}
    for kind in ("MetricAlarms", "CompositeAlarms"):
        for alarm in aws.pages(
            "cloudwatch",
            "describe_alarms",
            kind,
            AlarmNamePrefix=side.alarm_prefix,
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        ):
            found[alarm["AlarmName"]] = alarm["StateValue"]
    # A service may be called `web-blue`, and its alarms then start like those of the blue side of `web`.
    strangers = tuple(f"{side.alarm_prefix}{colour}-" for colour in COLOURS)
    ours = {name: state for name, state in found.items() if not name.startswith(strangers)}
    return _alarms(ours)


def _alarms(states: Mapping[str, str]) -> Alarms:
    return Alarms(ringing=tuple(sorted(name for name, state in states.items() if state == "ALARM")), total=len(states))
