"""Targets of the load balancer: registration, health checks of the target group, draining."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from local.dataplane.containers.health import Checker, Pace, http_check
from local.dataplane.desired_state.model import TargetGroup

Endpoint = tuple[str, int]
"""A loopback address with a port."""

Way = Callable[[str, Endpoint], Endpoint]
"""Target group ARN, target → where a connection to the target leads: there, or to where it is dropped."""

FIRST_PASS_SECONDS = 15.0
"""A new target has at least this long to pass its first check before it is unhealthy: programs start no faster here
than on AWS, however short the intervals are."""

REASONS = {
    "initial": ("Elb.RegistrationInProgress", "Target registration is in progress"),
    "unused": ("Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"),
    "draining": ("Target.DeregistrationInProgress", "Target deregistration is in progress"),
}


@dataclass(kw_only=True)
class _Target:
    checker: Checker
    request: str
    """The check's request, for messages."""
    drained_at: float | None = None

    @property
    def state(self) -> str:
        if self.drained_at is not None:
            return "draining"
        if self.checker.healthy is None:
            return "initial"
        return "healthy" if self.checker.healthy else "unhealthy"


class Targets:
    """All targets of all target groups. A target is an address with a port.

    Args:
        executor: runs the checks.
        time_factor: check intervals and the deregistration delay are multiplied by it.
        longest_drain_seconds: upper limit of the deregistration delay after that.
        way: where connections from the load balancer lead. Default: to the target.
    """

    def __init__(
        self,
        executor: ThreadPoolExecutor,
        *,
        time_factor: float,
        longest_drain_seconds: float,
        way: Way = lambda _group, endpoint: endpoint,
    ) -> None:
        self._way = way
        self._executor, self._time_factor, self._longest_drain = executor, time_factor, longest_drain_seconds
        self._targets: dict[str, dict[Endpoint, _Target]] = {}

    def register(self, group: TargetGroup, endpoint: Endpoint, now: float) -> None:
        """Start the checks; the target receives requests once a check has passed."""
        check = http_check(
            lambda: self._way(group.arn, endpoint),
            path=group.path,
            expected=group.matcher,
            timeout_seconds=group.timeout_seconds,
        )
        interval = group.interval_seconds * self._time_factor
        pace = Pace(
            interval_seconds=interval,
            slow_seconds=group.interval_seconds,
            start_period_seconds=max(FIRST_PASS_SECONDS, interval * group.unhealthy_threshold),
            healthy_threshold=group.healthy_threshold,
            unhealthy_threshold=group.unhealthy_threshold,
        )
        self._targets.setdefault(group.arn, {})[endpoint] = _Target(
            checker=Checker(check, pace, self._executor, now), request=f"GET {group.path} on port {endpoint[1]}"
        )

    def deregister(self, group: TargetGroup, endpoint: Endpoint, now: float) -> None:
        """Send no new requests to a target; requests in flight may complete within the deregistration delay."""
        target = self._targets.get(group.arn, {}).get(endpoint)
        if target is not None and target.drained_at is None:
            delay = min(self._longest_drain, group.deregistration_delay_seconds * self._time_factor)
            target.drained_at = now + delay

    def remove(self, group_arn: str, endpoint: Endpoint) -> None:
        """Remove a target at once: its process has ended."""
        self._targets.get(group_arn, {}).pop(endpoint, None)

    def state(self, group_arn: str, endpoint: Endpoint) -> str:
        """`initial`, `healthy`, `unhealthy`, `draining`, or `unused` for a target that is not registered."""
        target = self._targets.get(group_arn, {}).get(endpoint)
        return target.state if target is not None else "unused"

    def problem(self, group_arn: str, endpoint: Endpoint) -> str:
        """What the target's last failed check returned."""
        target = self._targets.get(group_arn, {}).get(endpoint)
        return target.checker.problem if target is not None else ""

    def failing_check(self, group_arn: str, endpoint: Endpoint) -> str:
        """The target's check and its last failure, such as `GET /ping on port 5000: …`; empty when it passes."""
        target = self._targets.get(group_arn, {}).get(endpoint)
        if target is None or not target.checker.problem:
            return ""
        return f"{target.request}: {target.checker.problem}"

    def is_drained(self, group_arn: str, endpoint: Endpoint, now: float) -> bool:
        """Whether the deregistration delay is over, or the target is not registered."""
        target = self._targets.get(group_arn, {}).get(endpoint)
        return target is None or (target.drained_at is not None and now >= target.drained_at)

    def advance(self, now: float) -> None:
        """Advance every check by one step; never blocks."""
        for targets in self._targets.values():
            for target in targets.values():
                if target.drained_at is None:
                    target.checker.advance(now)

    def endpoints(self) -> dict[str, tuple[Endpoint, ...]]:
        """Target group ARN → where requests go: to the healthy targets; like ALB, to all if none is healthy."""
        endpoints = {}
        for arn, targets in self._targets.items():
            by_state: dict[str, list[Endpoint]] = {}
            for endpoint, target in targets.items():
                by_state.setdefault(target.state, []).append(endpoint)
            chosen = by_state.get("healthy") or by_state.get("unhealthy") or []
            endpoints[arn] = tuple(sorted({self._way(arn, endpoint) for endpoint in chosen}))
        return endpoints

    def observed(self, groups: Mapping[str, TargetGroup]) -> dict[str, list[dict[str, Any]]]:
        """As in DescribeTargetHealth, for every target group."""
        return {arn: [_description(*each) for each in sorted(self._targets.get(arn, {}).items())] for arn in groups}


def _description(endpoint: Endpoint, target: _Target) -> dict[str, Any]:
    address, port = endpoint
    health = {"State": target.state}
    if target.state in REASONS:
        health["Reason"], health["Description"] = REASONS[target.state]
    elif target.state == "unhealthy":
        problem = target.checker.problem or "Health checks failed"
        codes = "with these codes" in problem
        timeout = problem == "Request timed out"
        health["Reason"] = (
            "Target.ResponseCodeMismatch" if codes else "Target.Timeout" if timeout else "Target.FailedHealthChecks"
        )
        health["Description"] = problem
    return {"Target": {"Id": address, "Port": port}, "HealthCheckPort": str(port), "TargetHealth": health}
