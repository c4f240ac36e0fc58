"""A service that has working hours: no tasks outside them."""

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
    """When the tasks of a service start, and when they stop."""

    start: str
    """Start, as `cron(0 8 ? * MON-FRI *)`."""

    end: str
    """End, likewise."""

    timezone: str = "UTC"
    """Time zone of both, as `Europe/Berlin`; it knows of summer time. Default: UTC."""

    def __post_init__(self) -> None:
        """Refuse what Application Auto Scaling would refuse."""
        for name, value in (("start", self.start), ("end", self.end)):
            if not _CRON.fullmatch(value):
                raise ValueError(f'{name} is "{value}"; an expression such as "cron(0 8 ? * MON-FRI *)" is wanted')


def keep_working_hours(
    scope: Construct, hours: WorkingHours, *, resource_id: str, min_count: int, max_count: int
) -> None:
    """Set both limits of scaling to zero at the end, and back at the start.

    The limits are this schedule's from then on, and Terraform leaves them alone: an apply at night would wake the
    service, one in the morning would not (E07).
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
            # Application Auto Scaling refuses two changes of one target at a time.
            depends_on=[before] if before else None,
        )
