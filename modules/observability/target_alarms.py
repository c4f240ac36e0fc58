"""Alarms of one target group: errors, latency, health. A blue/green service has a set for each colour."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

NAMESPACE = "AWS/ApplicationELB"
PERIOD_SECONDS = 60
"""Load balancers report their metrics once a minute."""


@dataclass(frozen=True, kw_only=True)
class AlarmThresholds:
    """Thresholds of the alarms."""

    error_percent: float = 5
    """Share of requests that the targets answer with 5xx. Default: 5 %."""

    latency_p99_seconds: float = 2
    """99th percentile of the response time. Default: 2 s."""

    unhealthy_targets: int = 0
    """Unhealthy targets that are tolerated. Default: none."""

    minutes: int = 3
    """Minutes in a row that must breach a threshold. Default: 3, so that one slow minute pages no one."""

    def __post_init__(self) -> None:
        """Refuse thresholds that no metric could reach."""
        if not 0 < self.error_percent <= 100:
            raise ValueError(f"error_percent is {self.error_percent}; allowed are more than 0 to 100")
        if self.latency_p99_seconds <= 0:
            raise ValueError(f"latency_p99_seconds is {self.latency_p99_seconds}; it must be more than 0")
        if self.unhealthy_targets < 0:
            raise ValueError(f"unhealthy_targets is {self.unhealthy_targets}; it must be 0 or more")
        if not 1 <= self.minutes <= 60:
            raise ValueError(f"minutes is {self.minutes}; allowed are 1 to 60")


@dataclass(frozen=True, kw_only=True)
class TargetAlarmsInputs:
    """The target group, and whom its alarms notify."""

    name: str
    """First part of the alarms' names; `-5xx`, `-latency` and `-unhealthy` are added."""

    load_balancer_arn_suffix: str
    """`app/<name>/<id>`."""

    target_group_arn_suffix: str
    """`targetgroup/<name>/<id>`."""

    topic_arns: Sequence[str]
    """SNS topics that are notified when an alarm goes off and when it is OK again."""

    thresholds: AlarmThresholds = field(default_factory=AlarmThresholds)
    """Thresholds of the alarms."""


@dataclass(frozen=True, kw_only=True)
class TargetAlarmsOutputs:
    """The alarms that a deployment observes."""

    alarm_names: Sequence[str]
    """Names of the alarms."""


class TargetAlarms(Construct):
    """Three alarms over one target group. None of them goes off for a group without requests or targets."""

    outputs: TargetAlarmsOutputs

    def __init__(self, scope: Construct, id_: str, inputs: TargetAlarmsInputs) -> None:
        super().__init__(scope, id_)
        self._inputs = inputs
        self._dimensions = {
            "LoadBalancer": inputs.load_balancer_arn_suffix,
            "TargetGroup": inputs.target_group_arn_suffix,
        }
        self.outputs = TargetAlarmsOutputs(alarm_names=(self._errors(), self._latency(), self._unhealthy()))

    def _errors(self) -> str:
        percent = self._inputs.thresholds.error_percent
        return self._alarm(
            "5xx",
            f"More than {percent:g} % of the requests are answered with 5xx",
            threshold=percent,
            metric_query=[
                # A minute without errors has no error metric at all; without FILL the share would have gaps.
                CloudwatchMetricAlarmMetricQuery(
                    id="share", expression="100 * FILL(errors, 0) / requests", label="5xx (%)", return_data=True
                ),
                self._count("errors", "HTTPCode_Target_5XX_Count"),
                self._count("requests", "RequestCount"),
            ],
        )

    def _latency(self) -> str:
        seconds = self._inputs.thresholds.latency_p99_seconds
        return self._alarm(
            "latency",
            f"A hundredth of the requests takes more than {seconds:g} s",
            threshold=seconds,
            namespace=NAMESPACE,
            metric_name="TargetResponseTime",
            dimensions=self._dimensions,
            extended_statistic="p99",
            period=PERIOD_SECONDS,
            # The 99th percentile of a handful of requests means nothing.
            evaluate_low_sample_count_percentiles="ignore",
        )

    def _unhealthy(self) -> str:
        most = self._inputs.thresholds.unhealthy_targets
        return self._alarm(
            "unhealthy",
            f"More than {most} targets are unhealthy",
            threshold=most,
            namespace=NAMESPACE,
            metric_name="UnHealthyHostCount",
            dimensions=self._dimensions,
            statistic="Maximum",
            period=PERIOD_SECONDS,
        )

    def _count(self, id_: str, metric_name: str) -> CloudwatchMetricAlarmMetricQuery:
        return CloudwatchMetricAlarmMetricQuery(
            id=id_,
            return_data=False,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=NAMESPACE,
                metric_name=metric_name,
                dimensions=self._dimensions,
                period=PERIOD_SECONDS,
                stat="Sum",
            ),
        )

    def _alarm(self, what: str, description: str, **values: object) -> str:
        name = f"{self._inputs.name}-{what}"
        CloudwatchMetricAlarm(
            self,
            what,
            alarm_name=name,
            alarm_description=description,
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=self._inputs.thresholds.minutes,
            datapoints_to_alarm=self._inputs.thresholds.minutes,
            treat_missing_data="notBreaching",
            alarm_actions=list(self._inputs.topic_arns),
            ok_actions=list(self._inputs.topic_arns),
            **values,  # type: ignore[arg-type]
        )
        return name
