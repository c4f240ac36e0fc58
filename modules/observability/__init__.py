"""CloudWatch alarms, the SNS topic that they notify, and dashboards."""

from modules.observability.dashboard import Chart, Dashboard, DashboardInputs, DashboardOutputs
from modules.observability.data_alarms import CacheMetrics, DatabaseMetrics, cache_alarms, database_alarms
from modules.observability.log_group import LogGroup, LogGroupInputs, LogGroupOutputs
from modules.observability.metric_alarms import (
    Metric,
    MetricAlarm,
    MetricAlarms,
    MetricAlarmsInputs,
    MetricAlarmsOutputs,
)
from modules.observability.service_dashboard import ServiceDashboard, ServiceDashboardInputs, ServiceDashboardOutputs
from modules.observability.target_alarms import AlarmThresholds, TargetAlarms, TargetAlarmsInputs, TargetAlarmsOutputs
from modules.observability.topic import AlarmTopic, AlarmTopicInputs, AlarmTopicOutputs

__all__ = [
    "AlarmThresholds",
    "AlarmTopic",
    "AlarmTopicInputs",
    "AlarmTopicOutputs",
    "CacheMetrics",
    "Chart",
    "Dashboard",
    "DashboardInputs",
    "DashboardOutputs",
    "DatabaseMetrics",
    "LogGroup",
    "LogGroupInputs",
    "LogGroupOutputs",
    "Metric",
    "MetricAlarm",
    "MetricAlarms",
    "MetricAlarmsInputs",
    "MetricAlarmsOutputs",
    "ServiceDashboard",
    "ServiceDashboardInputs",
    "ServiceDashboardOutputs",
    "TargetAlarms",
    "TargetAlarmsInputs",
    "TargetAlarmsOutputs",
    "cache_alarms",
    "database_alarms",
]
