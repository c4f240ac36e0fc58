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


def add_scaling(scope: Construct, inputs: ScalingInputs, *, cluster_name: str, service_name: str) -> None:
    """Let Application Auto Scaling decide the desired count of a service.

    An idle colour stays at 0 tasks although `min_count` is above 0: ECS documents that a desired count below the
    minimum is raised only when an alarm triggers a scale-out, and that scale-in ignores it. Without tasks there are no
    CPU or memory metrics, so no alarm. (A scheduled action that sets a minimum would raise it.) So each colour always
    has a scalable target.
    """
    hours = inputs.working_hours
    target = AppautoscalingTarget(
        scope,
        "scaling",
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=f"service/{cluster_name}/{service_name}",
        min_capacity=inputs.min_count,
        max_capacity=inputs.max_count,
        # The schedule of the working hours owns the limits and changes them twice a day.
        lifecycle=TerraformResourceLifecycle(ignore_changes=["min_capacity", "max_capacity"]) if hours else None,
    )
    resource_id = target.resource_id
    if hours is not None:
        keep_working_hours(
            scope, hours, resource_id=resource_id, min_count=inputs.min_count, max_count=inputs.max_count
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
