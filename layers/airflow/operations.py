"""What is around Airflow's services: alarms, a dashboard, and the cleaning of its database."""

from collections.abc import Mapping

from constructs import Construct

from layers.airflow.alarms import component_alarms, proxy_alarms, queue_alarms, schedule_alarms
from layers.airflow.dashboard import rows
from layers.airflow.maintenance import clean_database
from layers.airflow.services import AirflowServices
from layers.web.shared import Surroundings
from modules.observability import (
    AlarmThresholds,
    MetricAlarm,
    MetricAlarms,
    MetricAlarmsInputs,
    Page,
    PageInputs,
    TargetAlarms,
    TargetAlarmsInputs,
)


class AirflowOperations(Construct):
    """Alarms that go to the environment's topic, a page that shows them, a task that keeps the database small."""

    def __init__(self, scope: Construct, id_: str, around: Surroundings, services: AirflowServices) -> None:
        super().__init__(scope, id_)
        self._around, self._environment = around, around.environment
        self._name = f"{around.environment.prefix}-airflow"
        group_name = clean_database(self, around, services.airflow)
        alarms = {
            **component_alarms(self._environment, around.cluster.name, services.service_names),
            **queue_alarms(self._environment),
            **proxy_alarms(self._environment),
            **(schedule_alarms(group_name) if group_name is not None else {}),
        }
        arns = self._alarms(alarms)
        self._ui_alarms(services)
        page = PageInputs(
            name=self._name,
            region=self._environment.aws.region,
            rows=rows(around, services),
            alarm_arns=list(arns.values()),
        )
        Page(self, "dashboard", page)

    def _alarms(self, alarms: Mapping[str, MetricAlarm]) -> Mapping[str, str]:
        inputs = MetricAlarmsInputs(prefix=self._name, topic_arns=[self._around.alarm_topic_arn], alarms=alarms)
        return MetricAlarms(self, "alarms", inputs).outputs.alarm_arns

    def _ui_alarms(self, services: AirflowServices) -> None:
        inputs = TargetAlarmsInputs(
            name=f"{self._name}-ui",
            load_balancer_arn_suffix=self._around.load_balancer.arn_suffix,
            target_group_arn_suffix=services.target_group.arn_suffix,
            topic_arns=[self._around.alarm_topic_arn],
            # Pages with a year of runs on them take seconds, and nothing is wrong with that.
            thresholds=AlarmThresholds(latency_p99_seconds=15, minutes=5),
        )
        TargetAlarms(self, "ui-alarms", inputs)
