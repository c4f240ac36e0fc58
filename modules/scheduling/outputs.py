"""Outputs of schedules."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ScheduleOutputs:
    """The schedule group and the role."""

    group_name: str
    """Group of the schedules; CloudWatch counts failed invocations by it."""

    role_arn: str
    """Role that EventBridge Scheduler assumes."""
