"""A target group for tasks on Fargate: targets are IP addresses, health-checked and drained."""

import re
from dataclasses import dataclass
from typing import Literal

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.lb_target_group import (
    LbTargetGroup,
    LbTargetGroupHealthCheck,
    LbTargetGroupStickiness,
)
from constructs import Construct

from modules.alb.names import check_name

_PORT = 80
"""Only a default: ECS registers every task with its container's port. It is the same for all groups, because a change
would replace the group while its name is still taken."""


@dataclass(frozen=True, kw_only=True)
class TargetHealthCheck:
    """The load balancer's health check (N06). The container's own health check is independent of it (E06)."""

    path: str
    """Path that answers with `matcher` only while the service can handle requests."""

    matcher: str = "200"
    """Status codes that count as healthy. Default: 200 alone, so that a redirect to a login page does not."""

    interval_seconds: int = 30
    """Time between checks, 5 to 300. Default: 30 (N06)."""

    timeout_seconds: int = 5
    """Time until a check counts as failed, 2 to 120, less than the interval. Default: 5."""

    healthy_threshold: int = 2
    """Consecutive successes until a task is healthy, 2 to 10. Default: 2 (N06)."""

    unhealthy_threshold: int = 3
    """Consecutive failures until a task is unhealthy, 2 to 10. Default: 3 (N06)."""

    def __post_init__(self) -> None:
        """Refuse what Elastic Load Balancing would refuse."""
        if "${" not in self.path and not re.fullmatch(r"/\S{0,1023}", self.path):
            raise ValueError(f'health check path is "{self.path}"; it must start with "/" and have no spaces')
        for name, value, least, most in (
            ("interval_seconds", self.interval_seconds, 5, 300),
            ("timeout_seconds", self.timeout_seconds, 2, 120),
            ("healthy_threshold", self.healthy_threshold, 2, 10),
            ("unhealthy_threshold", self.unhealthy_threshold, 2, 10),
        ):
            if not least <= value <= most:
                raise ValueError(f"health check {name} is {value}; allowed are {least} to {most}")
        if self.timeout_seconds >= self.interval_seconds:
            raise ValueError(
                f"health check timeout_seconds is {self.timeout_seconds}; it must be less than interval_seconds, "
                f"which is {self.interval_seconds}"
            )


@dataclass(frozen=True, kw_only=True)
class TargetGroupSettings:
    """What all target groups of a route have in common."""

    vpc_id: str
    """VPC of the tasks."""

    health_check: TargetHealthCheck
    """The load balancer's health check."""

    deregistration_delay_seconds: int = 30
    """Time that a deregistering task has to finish its requests, 0 to 3600. Default: 30 (N06). The container's stop
    timeout should be longer."""

    algorithm: Literal["least_outstanding_requests", "round_robin"] = "least_outstanding_requests"
    """Which task gets the next request. Default: the one with the fewest open requests, since neither tasks nor
    requests are equally fast."""

    def __post_init__(self) -> None:
        """Refuse what Elastic Load Balancing would refuse."""
        if not 0 <= self.deregistration_delay_seconds <= 3600:
            raise ValueError(
                f"deregistration_delay_seconds is {self.deregistration_delay_seconds}; allowed are 0 to 3600"
            )


@dataclass(frozen=True, kw_only=True)
class TargetGroupOutputs:
    """Outputs for services, alarms and the switch."""

    arn: str
    """ARN of the target group."""

    arn_suffix: str
    """`targetgroup/<name>/<id>`, as CloudWatch names it."""


def target_group(scope: Construct, id_: str, name: str, settings: TargetGroupSettings) -> LbTargetGroup:
    """Create a target group.

    A change of name or VPC replaces it: the new one is created first, the rule and the service move to it, then the
    old one is deleted, since AWS refuses to delete a target group that a rule uses.

    Raises:
        ValueError: the name is not one that AWS accepts.
    """
    check_name("target group name", name)
    check = settings.health_check
    return LbTargetGroup(
        scope,
        id_,
        name=name,
        vpc_id=settings.vpc_id,
        target_type="ip",
        port=_PORT,
        protocol="HTTP",
        deregistration_delay=str(settings.deregistration_delay_seconds),
        load_balancing_algorithm_type=settings.algorithm,
        # AWS refuses a slow start together with the least-outstanding-requests algorithm.
        slow_start=0,
        # B01: with stickiness, users would stay on the old colour after a switch.
        stickiness=LbTargetGroupStickiness(enabled=False, type="lb_cookie"),
        health_check=LbTargetGroupHealthCheck(
            enabled=True,
            protocol="HTTP",
            port="traffic-port",
            path=check.path,
            matcher=check.matcher,
            interval=check.interval_seconds,
            timeout=check.timeout_seconds,
            healthy_threshold=check.healthy_threshold,
            unhealthy_threshold=check.unhealthy_threshold,
        ),
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
    )
