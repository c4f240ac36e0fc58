"""The `[cluster]` section."""

from typing import Literal

from config.base import LogRetentionDays, Section


class Cluster(Section):
    """The ECS cluster of the environment."""

    container_insights: Literal["enhanced", "enabled", "disabled"] = "enabled"
    """CloudWatch Container Insights; `enhanced` adds metrics per task and container."""

    execute_command: bool = False
    """Allow ECS Exec, which runs a shell in a container, for principals with the permission."""

    logs_retention_days: LogRetentionDays = 30
    """How long container logs are kept. Any of the periods that CloudWatch Logs offers."""
