"""The cluster that services and one-off tasks run in."""

from dataclasses import dataclass
from typing import Literal

from cdktf import Fn
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.ecs_cluster import (
    EcsCluster,
    EcsClusterConfiguration,
    EcsClusterConfigurationExecuteCommandConfiguration,
    EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration,
    EcsClusterSetting,
)
from cdktf_cdktf_provider_aws.ecs_cluster_capacity_providers import (
    EcsClusterCapacityProviders,
    EcsClusterCapacityProvidersDefaultCapacityProviderStrategy,
)
from constructs import Construct

from modules.containers.container import NAME


@dataclass(frozen=True, kw_only=True)
class ExecuteCommandLogs:
    """Logs of all ECS Exec sessions."""

    log_group_name: str
    """Name of the log group that is created."""

    retention_days: int = 365
    """Days that the logs are kept. Default: a year, for audits."""

    kms_key_arn: str | None = None
    """KMS key that encrypts the log group. Default: an AWS-owned key."""

    session_kms_key_arn: str | None = None
    """KMS key that encrypts the sessions themselves. Every task role with ECS Exec needs `kms:Decrypt` on it, so it
    should encrypt nothing else. Default: TLS only."""


@dataclass(frozen=True, kw_only=True)
class ClusterInputs:
    """Name, monitoring and audit of the cluster."""

    name: str
    """1 to 255 letters, digits, hyphens and underscores."""

    container_insights: Literal["enhanced", "enabled", "disabled"] = "enabled"
    """CloudWatch Container Insights. `enhanced` adds metrics per task and container, and costs more. Default:
    `enabled`."""

    insights_retention_days: int = 30
    """Days that the log group of Container Insights is kept, which ECS would create without a limit. Default: 30."""

    insights_kms_key_arn: str | None = None
    """KMS key that encrypts that log group. Default: an AWS-owned key."""

    execute_command_logs: ExecuteCommandLogs | None = None
    """Log ECS Exec sessions. Default: no logs; no service enables ECS Exec by default."""


@dataclass(frozen=True, kw_only=True)
class ClusterOutputs:
    """Outputs for services and callers of one-off tasks (E09)."""

    arn: str
    """ARN of the cluster. A resource that uses it waits for the capacity providers too."""

    name: str
    """Name of the cluster. A resource that uses it waits for the capacity providers too."""

    execute_command_log_group_arn: str | None
    """ARN of the log group of ECS Exec sessions, without `:*`. None if there is none."""


class Cluster(Construct):
    """An ECS cluster for Fargate and Fargate Spot."""

    outputs: ClusterOutputs

    def __init__(self, scope: Construct, id_: str, inputs: ClusterInputs) -> None:
        super().__init__(scope, id_)
        if "${" not in inputs.name and not NAME.fullmatch(inputs.name):
            raise ValueError(f'cluster name is "{inputs.name}"; 1 to 255 letters, digits, "-" and "_" are allowed')
        log_group = self._log_group(inputs.execute_command_logs)
        insights = self._insights_log_group(inputs)
        cluster = EcsCluster(
            self,
            "cluster",
            name=inputs.name,
            setting=[EcsClusterSetting(name="containerInsights", value=inputs.container_insights)],
            configuration=_configuration(inputs.execute_command_logs, log_group),
        )
        if insights is not None:
            # Before the cluster, which starts to write at once.
            cluster.add_override("depends_on", [f"aws_cloudwatch_log_group.{insights.friendly_unique_id}"])
        providers = EcsClusterCapacityProviders(
            self,
            "capacity",
            cluster_name=cluster.name,
            capacity_providers=["FARGATE", "FARGATE_SPOT"],
            # For one-off tasks that name no strategy; every service names its own.
            default_capacity_provider_strategy=[
                EcsClusterCapacityProvidersDefaultCapacityProviderStrategy(
                    capacity_provider="FARGATE", base=0, weight=1
                )
            ],
        )
        self.outputs = ClusterOutputs(
            # ECS refuses a service whose capacity provider the cluster does not have yet, and a reference to the ARN
            # alone does not wait for it.
            arn=Fn.element([cluster.arn, providers.id], 0),
            name=providers.cluster_name,
            execute_command_log_group_arn=log_group.arn if log_group else None,
        )

    def _insights_log_group(self, inputs: ClusterInputs) -> CloudwatchLogGroup | None:
        if inputs.container_insights == "disabled":
            return None
        return CloudwatchLogGroup(
            self,
            "insights-logs",
            name=f"/aws/ecs/containerinsights/{inputs.name}/performance",
            retention_in_days=inputs.insights_retention_days,
            kms_key_id=inputs.insights_kms_key_arn,
        )

    def _log_group(self, logs: ExecuteCommandLogs | None) -> CloudwatchLogGroup | None:
        if logs is None:
            return None
        return CloudwatchLogGroup(
            self,
            "execute-command-logs",
            name=logs.log_group_name,
            retention_in_days=logs.retention_days,
            kms_key_id=logs.kms_key_arn,
        )


def _configuration(
    logs: ExecuteCommandLogs | None, log_group: CloudwatchLogGroup | None
) -> EcsClusterConfiguration | None:
    if logs is None or log_group is None:
        return None
    return EcsClusterConfiguration(
        execute_command_configuration=EcsClusterConfigurationExecuteCommandConfiguration(
            kms_key_id=logs.session_kms_key_arn,
            logging="OVERRIDE",
            log_configuration=EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration(
                cloud_watch_log_group_name=log_group.name,
                cloud_watch_encryption_enabled=logs.kms_key_arn is not None,
            ),
        )
    )
