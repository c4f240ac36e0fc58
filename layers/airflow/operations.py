"""Operations of Airflow: alarms, a dashboard, and the cleanup of its database."""

from collections.abc import Mapping

from constructs import Construct

from layers.airflow.alarms import component_alarms, proxy_alarms, queue_alarms, schedule_alarms
from layers.airflow.context import AirflowContext
from layers.airflow.dashboard import rows
from layers.airflow.maintenance import clean_database
from layers.airflow.services import AirflowServices
from modules.observability import (
    AlarmThresholds,
    Dashboard,
    DashboardInputs,
    MetricAlarm,
    MetricAlarms,
    MetricAlarmsInputs,
    TargetAlarms,
    TargetAlarmsInputs,
)


class AirflowOperations(Construct):
    """Alarms that notify the environment's topic, a dashboard, a scheduled task that keeps the database small."""

    def __init__(self, scope: Construct, id_: str, context: AirflowContext, services: AirflowServices) -> None:
        super().__init__(scope, id_)
        shared = self._shared = context.shared
        self._name = f"{shared.environment.prefix}-airflow"
        group_name = clean_database(self, context, services.airflow)
        alarms = {
            **component_alarms(context, services.service_names),
            **queue_alarms(context),
            **proxy_alarms(context),
            **(schedule_alarms(group_name) if group_name is not None else {}),
        }
        arns = self._alarms(alarms)
        self._ui_alarms(services)
        dashboard = DashboardInputs(
            name=self._name,
            region=shared.environment.aws.region,
            rows=rows(context, services),
            alarm_arns=list(arns.values()),
        )
        Dashboard(self, "dashboard", dashboard)

    def _alarms(self, alarms: Mapping[str, MetricAlarm]) -> Mapping[str, str]:
        inputs = MetricAlarmsInputs(prefix=self._name, topic_arns=[self._shared.alarm_topic_arn], alarms=alarms)
        return MetricAlarms(self, "alarms", inputs).outputs.alarm_arns

    def _ui_alarms(self, services: AirflowServices) -> None:
        inputs = TargetAlarmsInputs(
            name=f"{self._name}-ui",
            load_balancer_arn_suffix=self._shared.load_balancer.arn_suffix,
            target_group_arn_suffix=services.target_group.arn_suffix,
            topic_arns=[self._shared.alarm_topic_arn],
            # A view of a year of runs takes seconds; that is normal.
            thresholds=AlarmThresholds(latency_p99_seconds=15, minutes=5),
        )
        TargetAlarms(self, "ui-alarms", inputs)
