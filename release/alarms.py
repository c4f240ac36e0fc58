"""The CloudWatch alarms of a colour, found by the start of their names."""

from dataclasses import dataclass

from modules.web.colour import COLOURS
from release.aws import Aws
from release.target import Side


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """Of one colour."""

    ringing: tuple[str, ...]
    """Names of those in state ALARM. INSUFFICIENT_DATA is none: an idle colour has no data."""
    total: int


def alarms(aws: Aws, side: Side) -> Alarms:
    """Ask CloudWatch."""
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
    return Alarms(ringing=tuple(sorted(name for name, state in ours.items() if state == "ALARM")), total=len(ours))
