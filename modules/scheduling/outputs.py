"""What others need to know of schedules."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ScheduleOutputs:
    """Where the schedules are, and who they act as."""

    group_name: str
    """Group of the schedules; CloudWatch counts failed invocations by it."""

    role_arn: str
    """Role that EventBridge Scheduler acts with."""
