"""The `[cluster]` section."""

from typing import Literal

from config.base import LogRetentionDays, Section


class Cluster(Section):
    """The ECS cluster of the environment."""

    container_insights: Literal["enhanced", "enabled", "disabled"] = "enabled"
    """CloudWatch Container Insights, billed as custom metrics. `enhanced`: additional metrics per task and container.
    `enabled`: metrics per cluster and service. `disabled`: none of these metrics, and no alarms on missing tasks of
    Airflow's services, which need them."""

    execute_command: bool = False
    """Allow `aws ecs execute-command`, such as a shell in a container, for IAM principals that have
    `ecs:ExecuteCommand` and `kms:GenerateDataKey` on the key `<project>-<environment>-sessions`. Sessions are logged.
    The key, which AWS bills per month, encrypts sessions and nothing else."""

    logs_retention_days: LogRetentionDays = 30
    """How long CloudWatch keeps the logs of containers, database, cache, AWS WAF, Container Insights and ECS Exec
    sessions."""
