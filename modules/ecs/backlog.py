"""Scales workers on the queue backlog per task, including from zero (A16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyStepScalingPolicyConfiguration,
    AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification as Specification,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics as Query,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStat as Stat,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetric as Metric,  # noqa: E501
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetricDimensions as Dimension,  # noqa: E501
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from aws.quotas import SCALING_POLICY_QUERIES

MOST_QUEUES = SCALING_POLICY_QUERIES - 2
"""The other two queries are the task count and the quotient."""

_FAR_BELOW_ANY_BACKLOG = -1_000_000

_START_SECONDS = 300
"""Longer than a worker takes to start and to report its first metric."""


@dataclass(frozen=True, kw_only=True)
class QueueMetric:
    """The CloudWatch metric of a queue's length, reported every minute, also when the queue is empty."""

    namespace: str
    """Namespace of the metric."""

    name: str
    """Name of the metric."""

    dimensions: Mapping[str, str]
    """Its dimensions."""


@dataclass(frozen=True, kw_only=True)
class BacklogTarget:
    """The target backlog per task."""

    queues: Sequence[QueueMetric]
    """Queues that the tasks consume, one to eight; their lengths are added."""

    per_task: int
    """Messages per running task; above it tasks are added, below it removed."""

    def __post_init__(self) -> None:
        """Refuse what Application Auto Scaling would refuse."""
        if not 1 <= len(self.queues) <= MOST_QUEUES:
            raise ValueError(f"a backlog of {len(self.queues)} queues; allowed are 1 to {MOST_QUEUES}")
        if self.per_task < 1:
            raise ValueError(f"per_task is {self.per_task}; it must be 1 or more")


def follow_backlog(
    scope: Construct,
    target: BacklogTarget,
    *,
    resource_id: str,
    cluster_name: str,
    service_name: str,
    scale_in_cooldown_seconds: int,
    scale_out_cooldown_seconds: int,
) -> None:
    """Create the target tracking policy that holds the backlog per running task at its target.

    Without a running task the quotient has no value, so the count stays as it is. The same happens when no queue length
    is reported: a missing length does not count as an empty queue.
    """
    lengths = [f"q{number}" for number in range(1, len(target.queues) + 1)]
    queries = [
        Query(
            id="backlog",
            expression=f"({' + '.join(lengths)}) / running",
            label="Waiting messages per running task",
            return_data=True,
        ),
        _query("running", "AWS/ECS", "CPUUtilization", _tasks(cluster_name, service_name), "SampleCount"),
        *(
            _query(id_, queue.namespace, queue.name, queue.dimensions, "Maximum")
            for id_, queue in zip(lengths, target.queues, strict=True)
        ),
    ]
    AppautoscalingPolicy(
        scope,
        "scaling-backlog",
        name="backlog",
        policy_type="TargetTrackingScaling",
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=resource_id,
        target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
            target_value=target.per_task,
            scale_in_cooldown=scale_in_cooldown_seconds,
            scale_out_cooldown=scale_out_cooldown_seconds,
            customized_metric_specification=Specification(metrics=queries),
        ),
    )


def scale_from_zero(
    scope: Construct,
    target: BacklogTarget,
    *,
    resource_id: str,
    cluster_name: str,
    service_name: str,
) -> None:
    """Start the first task when a message waits and no task runs; from then on target tracking scales.

    The alarm stays in ALARM while the first task starts; the cooldown keeps it from starting a second one.
    """
    policy = AppautoscalingPolicy(
        scope,
        "scaling-from-zero",
        name="from-zero",
        policy_type="StepScaling",
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=resource_id,
        step_scaling_policy_configuration=AppautoscalingPolicyStepScalingPolicyConfiguration(
            adjustment_type="ChangeInCapacity",
            cooldown=_START_SECONDS,
            metric_aggregation_type="Maximum",
            step_adjustment=[
                AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment(
                    scaling_adjustment=1, metric_interval_lower_bound="0"
                )
            ],
        ),
    )
    lengths = [f"q{number}" for number in range(1, len(target.queues) + 1)]
    # SUM over a list skips metrics without data, where `+` would have no result: a service without tasks reports no
    # CPU, and one with tasks pulls the sum far below zero.
    expression = f"SUM([{', '.join(lengths)}, {_FAR_BELOW_ANY_BACKLOG} * running])"
    CloudwatchMetricAlarm(
        scope,
        "scaling-from-zero-alarm",
        alarm_name=f"{service_name}-from-zero",
        alarm_description=(
            f"{service_name} has queued work and no tasks; the first task is being started. This is expected."
        ),
        comparison_operator="GreaterThanThreshold",
        threshold=0,
        evaluation_periods=1,
        datapoints_to_alarm=1,
        treat_missing_data="notBreaching",
        alarm_actions=[policy.arn],
        metric_query=[
            CloudwatchMetricAlarmMetricQuery(
                id="waiting", expression=expression, label="Waiting without a task", return_data=True
            ),
            _alarm_query("running", "AWS/ECS", "CPUUtilization", _tasks(cluster_name, service_name), "SampleCount"),
            *(
                _alarm_query(id_, queue.namespace, queue.name, queue.dimensions, "Maximum")
                for id_, queue in zip(lengths, target.queues, strict=True)
            ),
        ],
    )


def _tasks(cluster_name: str, service_name: str) -> dict[str, str]:
    """Each running task reports its CPU once a minute, so the number of samples is the number of tasks.

    Container Insights has a metric for it, but costs money, and may be off.
    """
    return {"ClusterName": cluster_name, "ServiceName": service_name}


def _query(id_: str, namespace: str, name: str, dimensions: Mapping[str, str], stat: str) -> Query:
    pairs = [Dimension(name=key, value=value) for key, value in sorted(dimensions.items())]
    metric = Metric(namespace=namespace, metric_name=name, dimensions=pairs)
    return Query(id=id_, return_data=False, metric_stat=Stat(stat=stat, metric=metric))


def _alarm_query(
    id_: str, namespace: str, name: str, dimensions: Mapping[str, str], stat: str
) -> CloudwatchMetricAlarmMetricQuery:
    metric = CloudwatchMetricAlarmMetricQueryMetric(
        namespace=namespace, metric_name=name, dimensions=dict(dimensions), period=60, stat=stat
    )
    return CloudwatchMetricAlarmMetricQuery(id=id_, return_data=False, metric=metric)
