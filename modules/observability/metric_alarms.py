"""CloudWatch alarms over one metric, or over metric math."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A CloudWatch metric."""

    namespace: str
    """Namespace, such as `AWS/RDS`."""

    name: str
    """Name of the metric."""

    dimensions: Mapping[str, str] = field(default_factory=dict)
    """Dimensions of the metric. Default: none."""

    stat: str = "Average"
    """`Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount` or a percentile such as `p99`."""


@dataclass(frozen=True, kw_only=True)
class MetricAlarm:
    """When an alarm goes off."""

    description: str
    """What is wrong when the alarm goes off, and what to do first: the on-call engineer reads it."""

    metrics: Mapping[str, Metric]
    """Metrics by an id that starts with a lower-case letter."""

    expression: str | None = None
    """CloudWatch metric math over the ids. Default: none; then there is exactly one metric."""

    above: float | None = None
    """Threshold; the alarm goes off above it. Exactly one of `above` and `below` is set."""

    below: float | None = None
    """Threshold; the alarm goes off below it."""

    minutes: int = 5
    """Minutes in a row that must breach the threshold. Default: 5."""

    period_seconds: int = 60
    """Period of the metric, a multiple of 60. Default: 60."""

    missing: Literal["notBreaching", "breaching", "ignore", "missing"] = "notBreaching"
    """How missing data is treated. Default: as not breaching, since a service at zero tasks reports no metrics."""

    def __post_init__(self) -> None:
        """Refuse what CloudWatch would refuse, and an alarm that could never go off."""
        if (self.above is None) == (self.below is None):
            raise ValueError("an alarm needs either `above` or `below`")
        if self.expression is None and len(self.metrics) != 1:
            raise ValueError(f"an alarm over {len(self.metrics)} metrics needs an expression")
        seconds = self.minutes * 60
        if self.minutes < 1 or seconds % self.period_seconds or self.period_seconds % 60 or seconds > 86400:
            raise ValueError(
                f"minutes is {self.minutes} and period_seconds {self.period_seconds}; allowed are whole periods of "
                "whole minutes, up to a day"
            )


@dataclass(frozen=True, kw_only=True)
class MetricAlarmsInputs:
    """The alarms, and whom they notify."""

    prefix: str
    """First part of the alarms' names; `-<key>` is added."""

    topic_arns: Sequence[str]
    """SNS topics that are notified when an alarm goes off and when it is OK again."""

    alarms: Mapping[str, MetricAlarm]
    """Alarms by key: lower-case letters, digits and hyphens."""

    def __post_init__(self) -> None:
        """Refuse keys that cannot be part of a name."""
        for word in self.alarms:
            if not _WORD.fullmatch(word):
                raise ValueError(f'key of an alarm is "{word}"; lower-case letters, digits and "-" are allowed')


@dataclass(frozen=True, kw_only=True)
class MetricAlarmsOutputs:
    """Names and ARNs of the alarms."""

    alarm_names: Mapping[str, str]
    """Name of each alarm, by key."""

    alarm_arns: Mapping[str, str]
    """ARN of each alarm, by key."""


class MetricAlarms(Construct):
    """A CloudWatch alarm for each key."""

    outputs: MetricAlarmsOutputs

    def __init__(self, scope: Construct, id_: str, inputs: MetricAlarmsInputs) -> None:
        super().__init__(scope, id_)
        alarms = {word: self._alarm(word, alarm, inputs) for word, alarm in inputs.alarms.items()}
        self.outputs = MetricAlarmsOutputs(
            alarm_names={word: f"{inputs.prefix}-{word}" for word in alarms},
            alarm_arns={word: alarm.arn for word, alarm in alarms.items()},
        )

    def _alarm(self, word: str, alarm: MetricAlarm, inputs: MetricAlarmsInputs) -> CloudwatchMetricAlarm:
        periods = alarm.minutes * 60 // alarm.period_seconds
        return CloudwatchMetricAlarm(
            self,
            word,
            alarm_name=f"{inputs.prefix}-{word}",
            alarm_description=alarm.description,
            comparison_operator="LessThanThreshold" if alarm.above is None else "GreaterThanThreshold",
            threshold=alarm.below if alarm.above is None else alarm.above,
            evaluation_periods=periods,
            datapoints_to_alarm=periods,
            treat_missing_data=alarm.missing,
            alarm_actions=list(inputs.topic_arns),
            ok_actions=list(inputs.topic_arns),
            metric_query=[*_result(alarm), *(_query(id_, metric, alarm) for id_, metric in alarm.metrics.items())],
        )


def _result(alarm: MetricAlarm) -> list[CloudwatchMetricAlarmMetricQuery]:
    if alarm.expression is None:
        return []
    return [
        CloudwatchMetricAlarmMetricQuery(id="result", expression=alarm.expression, label="Result", return_data=True)
    ]


def _query(id_: str, metric: Metric, alarm: MetricAlarm) -> CloudwatchMetricAlarmMetricQuery:
    return CloudwatchMetricAlarmMetricQuery(
        id=id_,
        return_data=alarm.expression is None,
        metric=CloudwatchMetricAlarmMetricQueryMetric(
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=dict(metric.dimensions),
            period=alarm.period_seconds,
            stat=metric.stat,
        ),
    )
