"""EventBridge Scheduler: the role of a schedule must let it assume the role.

Symptom: a schedule with a role that Scheduler may not assume is created; on AWS CreateSchedule refuses it.
Source: "Set up the execution role" in the EventBridge Scheduler User Guide.
"""

from typing import Any

from moto.scheduler.exceptions import ValidationException
from moto.scheduler.responses import EventBridgeSchedulerResponse
from moto.utilities.utils import get_partition

from local.extensions.patching import wrap_method
from local.iam.service_roles import ServiceRole

DEFAULT_GROUP = "default"


def role_of_schedule(*, account: str, region: str, group: str, role_arn: str) -> ServiceRole:
    """The role that Scheduler acts as for the schedules of a group."""
    return ServiceRole(
        arn=role_arn,
        service="scheduler.amazonaws.com",
        account=account,
        region=region,
        source_arn=f"arn:{get_partition(region)}:scheduler:{region}:{account}:schedule-group/{group}",
    )


@wrap_method(EventBridgeSchedulerResponse, "create_schedule")
def create_schedule(original: Any, response: Any) -> str:
    """CreateSchedule."""
    _require_role(response)
    return str(original(response))


@wrap_method(EventBridgeSchedulerResponse, "update_schedule")
def update_schedule(original: Any, response: Any) -> str:
    """UpdateSchedule."""
    _require_role(response)
    return str(original(response))


def _require_role(response: Any) -> None:
    role = role_of_schedule(
        account=response.current_account,
        region=response.region,
        group=response._get_param("GroupName") or DEFAULT_GROUP,
        role_arn=response._get_param("Target")["RoleArn"],
    )
    if role.distrust():
        raise ValidationException(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
        )
