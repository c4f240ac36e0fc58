"""EventBridge Scheduler: scheduled AWS API calls and ECS tasks, with a role for each purpose."""

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
