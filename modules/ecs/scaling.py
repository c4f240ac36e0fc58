"""Application Auto Scaling of a service on CPU, memory, requests and queue backlog."""

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from constructs import Construct

from modules.ecs.backlog import BacklogTarget, follow_backlog, scale_from_zero
from modules.ecs.working_hours import WorkingHours, keep_working_hours


@dataclass(frozen=True, kw_only=True)
class RequestTarget:
    """Target number of requests per task, for a service behind a load balancer."""

    per_minute: int
    """Requests per task and minute."""

    load_balancer_arn_suffix: str
    """`app/<name>/<id>`."""

    target_group_arn_suffix: str
    """`targetgroup/<name>/<id>`."""


@dataclass(frozen=True, kw_only=True)
class ScalingInputs:
    """Limits of the task count, and the targets that it follows (A16)."""

    min_count: int
    """Minimum number of tasks."""

    max_count: int
    """Maximum number of tasks."""

    first_min_count: int | None = None
    """Minimum when the target is created, 0 for an idle colour; afterwards a release owns it, and Terraform ignores it
    (E07). Default: Terraform owns the minimum, which is `min_count`."""

    cpu_percent: int | None = 70
    """Target for the tasks' average CPU. Default: 70, which leaves headroom until new tasks have started. None: not
    followed."""

    memory_percent: int | None = 80
    """Target for the tasks' average memory. Default: 80. None: not followed."""

    requests: RequestTarget | None = None
    """Target for the requests per task. Default: not followed."""

    backlog: BacklogTarget | None = None
    """Target for the queue backlog per task (A16). Default: not followed. With it, CPU and memory only add tasks: idle
    workers keep their memory, which would prevent scaling in. With a `min_count` of 0 the first message starts the
    first task."""

    working_hours: WorkingHours | None = None
    """Hours outside which the service has no tasks. Default: always on."""

    scale_out_cooldown_seconds: int = 60
    """Cooldown after scaling out. Default: short, since waiting users cost more than a task."""

    scale_in_cooldown_seconds: int = 300
    """Cooldown after scaling in. Default: longer, so that the count does not oscillate."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not 0 <= self.min_count <= self.max_count:
            raise ValueError(f"min_count is {self.min_count} and max_count {self.max_count}; allowed: 0 <= min <= max")
        for name, percent in (("cpu_percent", self.cpu_percent), ("memory_percent", self.memory_percent)):
            if percent is not None and not 1 <= percent <= 100:
                raise ValueError(f"{name} is {percent}; allowed are 1 to 100")
        if self.first_min_count not in (None, 0, self.min_count):
            raise ValueError(f"first_min_count is {self.first_min_count}; allowed are 0 and {self.min_count}")

    @property
    def minimum(self) -> int:
        """The minimum that the target is created with."""
        return self.min_count if self.first_min_count is None else self.first_min_count


def add_scaling(scope: Construct, inputs: ScalingInputs, *, cluster_name: str, service_name: str) -> None:
    """Let Application Auto Scaling decide the desired count of a service.

    Whenever a target is registered, and again at every change of its limits, Application Auto Scaling sets the desired
    count to a value inside them (API reference of RegisterScalableTarget). So a target with a minimum starts an idle
    colour: its minimum is 0 until a release raises it, and a release lowers it again (E07).
    """
    hours = inputs.working_hours
    ignored = []
    if hours is not None:
        # The schedule of the working hours owns the limits and changes them twice a day.
        ignored = ["min_capacity", "max_capacity"]
    elif inputs.first_min_count is not None:
        ignored = ["min_capacity"]
    target = AppautoscalingTarget(
        scope,
        "scaling",
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=f"service/{cluster_name}/{service_name}",
        min_capacity=inputs.minimum,
        max_capacity=inputs.max_count,
        lifecycle=TerraformResourceLifecycle(ignore_changes=ignored) if ignored else None,
    )
    resource_id = target.resource_id
    if hours is not None:
        keep_working_hours(
            scope,
            hours,
            resource_id=resource_id,
            min_count=inputs.minimum,
            max_count=inputs.max_count,
            ignore_min_count=inputs.first_min_count is not None,
        )
    if inputs.backlog is not None:
        service = {"resource_id": resource_id, "cluster_name": cluster_name, "service_name": service_name}
        follow_backlog(
            scope,
            inputs.backlog,
            **service,
            scale_in_cooldown_seconds=inputs.scale_in_cooldown_seconds,
            scale_out_cooldown_seconds=inputs.scale_out_cooldown_seconds,
        )
        if inputs.min_count == 0:
            scale_from_zero(scope, inputs.backlog, **service)
    if inputs.cpu_percent is not None:
        _follow(scope, inputs, resource_id, "cpu", "ECSServiceAverageCPUUtilization", inputs.cpu_percent)
    if inputs.memory_percent is not None:
        _follow(scope, inputs, resource_id, "memory", "ECSServiceAverageMemoryUtilization", inputs.memory_percent)
    if inputs.requests is not None:
        requests = inputs.requests
        label = f"{requests.load_balancer_arn_suffix}/{requests.target_group_arn_suffix}"
        _follow(scope, inputs, resource_id, "requests", "ALBRequestCountPerTarget", requests.per_minute, label)


def _follow(
    scope: Construct,
    inputs: ScalingInputs,
    resource_id: str,
    name: str,
    metric: str,
    value: int,
    resource_label: str | None = None,
) -> None:
    AppautoscalingPolicy(
        scope,
        f"scaling-{name}",
        name=name,
        policy_type="TargetTrackingScaling",
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=resource_id,
        target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
            target_value=value,
            scale_in_cooldown=inputs.scale_in_cooldown_seconds,
            scale_out_cooldown=inputs.scale_out_cooldown_seconds,
            disable_scale_in=True if inputs.backlog is not None else None,
            predefined_metric_specification=AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
                predefined_metric_type=metric, resource_label=resource_label
            ),
        ),
    )
