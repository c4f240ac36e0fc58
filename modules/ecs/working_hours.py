"""Working hours of a service: outside them it has no tasks."""

import re
from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledAction,
    AppautoscalingScheduledActionScalableTargetAction,
)
from constructs import Construct

from aws.scaling import WORKING_HOURS_END, WORKING_HOURS_START

START, END = "start", "end"
ACTION_NAMES = {START: WORKING_HOURS_START, END: WORKING_HOURS_END}

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
    scope: Construct,
    hours: WorkingHours,
    *,
    resource_id: str,
    min_count: int,
    max_count: int,
    ignore_min_count: bool = False,
) -> None:
    """Schedule both scaling limits: to zero at the end, and back to their values at the start.

    Where a release owns the minimum, it also writes the one that the day starts with: an idle colour stays at zero.

    From then on the schedule owns the limits, and Terraform ignores them: otherwise an apply at night would start the
    service (E07).
    """
    end = AppautoscalingScheduledActionScalableTargetAction(min_capacity="0", max_capacity="0")
    start = AppautoscalingScheduledActionScalableTargetAction(min_capacity=str(min_count), max_capacity=str(max_count))
    before: AppautoscalingScheduledAction | None = None
    for name, schedule, action in ((START, hours.start, start), (END, hours.end, end)):
        before = AppautoscalingScheduledAction(
            scope,
            f"working-hours-{name}",
            name=ACTION_NAMES[name],
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=resource_id,
            schedule=schedule,
            timezone=hours.timezone,
            scalable_target_action=action,
            lifecycle=TerraformResourceLifecycle(ignore_changes=["scalable_target_action[0].min_capacity"])
            if ignore_min_count and name == START
            else None,
            # Application Auto Scaling refuses concurrent changes of one target.
            depends_on=[before] if before else None,
        )
