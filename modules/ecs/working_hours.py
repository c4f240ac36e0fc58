"""Working hours of a service: outside them it has no tasks."""

import re
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledAction,
    AppautoscalingScheduledActionScalableTargetAction,
)
from constructs import Construct

_CRON = re.compile(r"cron\([^()]+\)")


@dataclass(frozen=True, kw_only=True)
class WorkingHours:
    """When the tasks of a service start and stop."""

    start: str
    """Start, such as `cron(0 8 ? * MON-FRI *)`."""

    end: str
    """End, such as `cron(0 19 ? * MON-FRI *)`."""

    timezone: str = "UTC"
    """Time zone of both, such as `Europe/Berlin`, with daylight saving time. Default: UTC."""

    def __post_init__(self) -> None:
        """Refuse what Application Auto Scaling would refuse."""
        for name, value in (("start", self.start), ("end", self.end)):
            if not _CRON.fullmatch(value):
                raise ValueError(f'{name} is "{value}"; an expression such as "cron(0 8 ? * MON-FRI *)" is required')


def keep_working_hours(
    scope: Construct, hours: WorkingHours, *, resource_id: str, min_count: int, max_count: int
) -> None:
    """Schedule both scaling limits: to zero at the end, and back to their values at the start.

    From then on the schedule owns the limits, and Terraform ignores them: otherwise an apply at night would start the
    service (E07).
    """
    end = AppautoscalingScheduledActionScalableTargetAction(min_capacity="0", max_capacity="0")
    start = AppautoscalingScheduledActionScalableTargetAction(min_capacity=str(min_count), max_capacity=str(max_count))
    before: AppautoscalingScheduledAction | None = None
    for name, schedule, action in (("start", hours.start, start), ("end", hours.end, end)):
        before = AppautoscalingScheduledAction(
            scope,
            f"working-hours-{name}",
            name=f"working-hours-{name}",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=resource_id,
            schedule=schedule,
            timezone=hours.timezone,
            scalable_target_action=action,
            # Application Auto Scaling refuses concurrent changes of one target.
            depends_on=[before] if before else None,
        )
