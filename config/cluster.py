"""The `[cluster]` section."""

from typing import Literal

from config.base import LogRetentionDays, Section


class Cluster(Section):
    """The ECS cluster of the environment."""

    container_insights: Literal["enhanced", "enabled", "disabled"] = "enabled"
    """CloudWatch Container Insights; `enhanced` adds figures per task and container."""

    execute_command: bool = False
    """Let people with the right permission run a shell in a container (ECS Exec). Default: off."""

    logs_retention_days: LogRetentionDays = 30
    """How long the logs of containers are kept."""
