"""A scheduled ECS task."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetEcsParameters,
    SchedulerScheduleTargetEcsParametersNetworkConfiguration,
    SchedulerScheduleTargetRetryPolicy,
)
from constructs import Construct

from aws.account import Account
from modules.iam.statements import Statement
from modules.scheduling.group import check, group_and_role
from modules.scheduling.outputs import ScheduleOutputs


@dataclass(frozen=True, kw_only=True)
class ScheduledTaskInputs:
    """The task, its network and its schedule."""

    name: str
    """Name of the schedule group; 1 to 53 letters, digits, `_`, `.`, `-`. The role is named `<name>-schedule`."""

    account: Account
    """Account and region of the cluster."""

    expression: str
    """Schedule, such as `cron(0 3 * * ? *)`."""

    timezone: str = "UTC"
    """Time zone of the expression. Default: UTC."""

    flexible_minutes: int = 15
    """Flexible time window in which the task starts, 1 to 1440. Default: 15, which spreads the load of several
    deployments."""

    cluster_arn: str
    """Cluster that the task runs in."""

    cluster_name: str
    """Name of the cluster, which is part of its tasks' ARNs."""

    task_family: str
    """Family of the task definition, which the role may run."""

    task_definition_arn: str
    """The revision that runs. A family alone would run its newest revision, which others may have registered."""

    role_arns: Sequence[str]
    """Execution role and task role, which the schedule's role passes to the task."""

    subnet_ids: Sequence[str]
    """Subnets of the task."""

    security_group_ids: Sequence[str]
    """Security groups of the task."""

    kms_key_arn: str | None = None
    """KMS key that encrypts the schedules; the role may decrypt only these. Default: an AWS-owned key."""

    assign_public_ip: bool = False
    """Assign a public address, for public subnets. Default: no."""

    def __post_init__(self) -> None:
        """Refuse what EventBridge Scheduler would refuse."""
        if not 1 <= self.flexible_minutes <= 1440:
            raise ValueError(f"flexible_minutes is {self.flexible_minutes}; allowed are 1 to 1440")


class ScheduledTask(Construct):
    """A schedule that runs a task of one family in one cluster, and a role that may do only that."""

    outputs: ScheduleOutputs

    def __init__(self, scope: Construct, id_: str, inputs: ScheduledTaskInputs) -> None:
        super().__init__(scope, id_)
        check(inputs.name, {"task": inputs.expression})
        family = inputs.account.arn("ecs", f"task-definition/{inputs.task_family}")
        group, role_arn = group_and_role(
            self,
            name=inputs.name,
            purpose=f"run {inputs.task_family}",
            account=inputs.account,
            kms_key_arn=inputs.kms_key_arn,
            statements={
                "RunTask": Statement(
                    # Every revision: while an apply changes the schedule, the old one may still run.
                    actions=("ecs:RunTask",),
                    resources=(f"{family}:*",),
                    conditions={"ArnEquals": {"ecs:cluster": inputs.cluster_arn}},
                ),
                "TagTask": Statement(
                    actions=("ecs:TagResource",),
                    resources=(inputs.account.arn("ecs", f"task/{inputs.cluster_name}/*"),),
                    conditions={"StringEquals": {"ecs:CreateAction": "RunTask"}},
                ),
                "PassRoles": Statement(
                    actions=("iam:PassRole",),
                    resources=tuple(inputs.role_arns),
                    conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
                ),
            },
        )
        SchedulerSchedule(
            self,
            "task",
            name="task",
            group_name=group,
            kms_key_arn=inputs.kms_key_arn,
            schedule_expression=inputs.expression,
            schedule_expression_timezone=inputs.timezone,
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(
                mode="FLEXIBLE", maximum_window_in_minutes=inputs.flexible_minutes
            ),
            target=SchedulerScheduleTarget(
                arn=inputs.cluster_arn,
                role_arn=role_arn,
                ecs_parameters=SchedulerScheduleTargetEcsParameters(
                    task_definition_arn=inputs.task_definition_arn,
                    launch_type="FARGATE",
                    task_count=1,
                    enable_ecs_managed_tags=True,
                    propagate_tags="TASK_DEFINITION",
                    network_configuration=SchedulerScheduleTargetEcsParametersNetworkConfiguration(
                        subnets=list(inputs.subnet_ids),
                        security_groups=list(inputs.security_group_ids),
                        assign_public_ip=inputs.assign_public_ip,
                    ),
                ),
                # Fargate may lack capacity for a while. After an hour the run is skipped.
                retry_policy=SchedulerScheduleTargetRetryPolicy(
                    maximum_event_age_in_seconds=3600, maximum_retry_attempts=10
                ),
            ),
        )
        self.outputs = ScheduleOutputs(group_name=group, role_arn=role_arn)
