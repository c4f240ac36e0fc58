"""Alarms, a topic that carries them, and dashboards."""

from modules.observability.dashboard import ServiceDashboard, ServiceDashboardInputs, ServiceDashboardOutputs
from modules.observability.data_alarms import CacheFigures, DatabaseFigures, cache_alarms, database_alarms
from modules.observability.log_group import LogGroup, LogGroupInputs, LogGroupOutputs
from modules.observability.metric_alarms import (
    Metric,
    MetricAlarm,
    MetricAlarms,
    MetricAlarmsInputs,
    MetricAlarmsOutputs,
)
from modules.observability.page import Chart, Page, PageInputs, PageOutputs
from modules.observability.target_alarms import AlarmThresholds, TargetAlarms, TargetAlarmsInputs, TargetAlarmsOutputs
from modules.observability.topic import AlarmTopic, AlarmTopicInputs, AlarmTopicOutputs

__all__ = [
    "AlarmThresholds",
    "AlarmTopic",
    "AlarmTopicInputs",
    "AlarmTopicOutputs",
    "CacheFigures",
    "Chart",
    "DatabaseFigures",
    "LogGroup",
    "LogGroupInputs",
    "LogGroupOutputs",
    "Metric",
    "MetricAlarm",
    "MetricAlarms",
    "MetricAlarmsInputs",
    "MetricAlarmsOutputs",
    "Page",
    "PageInputs",
    "PageOutputs",
    "ServiceDashboard",
    "ServiceDashboardInputs",
    "ServiceDashboardOutputs",
    "TargetAlarms",
    "TargetAlarmsInputs",
    "TargetAlarmsOutputs",
    "cache_alarms",
    "database_alarms",
]
