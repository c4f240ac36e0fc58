"""How the tasks and targets of one ECS service stand: what every status tells, with colours or without."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Tasks, targets and alarms of one ECS service."""

    running_image: str
    """What the task definition of its ECS service says."""
    desired_count: int
    running_count: int
    pending_count: int
    healthy_targets: int
    targets: int
    target_problems: tuple[str, ...]
    """Why targets are not healthy."""
    alarms: tuple[str, ...]
    """Names of its alarms in state ALARM."""
