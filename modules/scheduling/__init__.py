"""EventBridge Scheduler: calls of the AWS API and tasks on ECS at set times, each purpose with a role of its own."""

from modules.scheduling.calls import ScheduledCall, ScheduledCalls, ScheduledCallsInputs
from modules.scheduling.outputs import ScheduleOutputs
from modules.scheduling.task import ScheduledTask, ScheduledTaskInputs

__all__ = [
    "ScheduleOutputs",
    "ScheduledCall",
    "ScheduledCalls",
    "ScheduledCallsInputs",
    "ScheduledTask",
    "ScheduledTaskInputs",
]
