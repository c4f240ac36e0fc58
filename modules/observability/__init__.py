"""Alarms, a topic that carries them, and dashboards."""

from modules.observability.dashboard import ServiceDashboard, ServiceDashboardInputs, ServiceDashboardOutputs
from modules.observability.target_alarms import AlarmThresholds, TargetAlarms, TargetAlarmsInputs, TargetAlarmsOutputs
from modules.observability.topic import AlarmTopic, AlarmTopicInputs, AlarmTopicOutputs

__all__ = [
    "AlarmThresholds",
    "AlarmTopic",
    "AlarmTopicInputs",
    "AlarmTopicOutputs",
    "ServiceDashboard",
    "ServiceDashboardInputs",
    "ServiceDashboardOutputs",
    "TargetAlarms",
    "TargetAlarmsInputs",
    "TargetAlarmsOutputs",
]
