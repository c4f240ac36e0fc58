"""Whether targets are healthy, and why not, as the load balancer reports it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from release.aws import Aws

_LEAVING = {"draining", "unused", "unhealthy.draining"}
"""States of targets that get no new requests."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """Of the targets of one target group."""

    healthy: int
    unhealthy: int
    """Targets that fail their checks; those that are starting or leaving are not among them."""
    total: int
    """All targets that are not leaving."""
    reasons: tuple[str, ...]
    """Why targets are not healthy, such as `2 x Target.Timeout: Request timed out`."""

    @property
    def summary(self) -> str:
        """`1 of 2 targets healthy`."""
        return f"{self.healthy} of {self.total} targets healthy"


def target_health(aws: Aws, target_group_arn: str) -> Health:
    """Read the health of the targets of a target group."""
    descriptions = aws.client("elbv2").describe_target_health(TargetGroupArn=target_group_arn)[
        "TargetHealthDescriptions"
    ]
    states = [one["TargetHealth"] for one in descriptions]
    present = [state for state in states if state["State"] not in _LEAVING]
    reasons = Counter(_reason(state) for state in present if state["State"] != "healthy")
    return Health(
        healthy=sum(state["State"] == "healthy" for state in present),
        unhealthy=sum(state["State"] in ("unhealthy", "unavailable") for state in present),
        total=len(present),
        reasons=tuple(f"{count} x {reason}" for reason, count in reasons.most_common()),
    )


def _reason(state: dict[str, Any]) -> str:
    parts = [state.get("Reason") or state["State"], state.get("Description")]
    return ": ".join(part for part in parts if part)
