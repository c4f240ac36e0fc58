"""What every status reports, whatever the strategy: tasks, targets, alarms, images, notes and the newest changes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from release.alarms import Alarms
from release.change_record import Version
from release.ecs import EcsServiceState
from release.health import Health
from release.versioned_parameter import History
from times import for_scripts

HISTORY = 10
"""Changes in a status; SSM keeps the last 100 versions."""


@dataclass(frozen=True, kw_only=True)
class EcsServiceStatus:
    """Tasks, targets and alarms of one ECS service."""

    desired_image: str
    """What its parameter says."""
    running_image: str
    """What its task definition says."""
    desired_count: int
    running_count: int
    pending_count: int
    healthy_targets: int
    targets: int
    target_problems: tuple[str, ...]
    """Why targets are not healthy."""
    alarms: tuple[str, ...]
    """Names of its alarms in state ALARM."""

    @property
    def cells(self) -> dict[str, str]:
        """What a table shows before the image: column → text."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One version of a parameter, for people."""

    version: int
    value: str
    who: str
    when: datetime | None
    """By AWS's clock; None where AWS does not say."""
    action: str
    """`deploy`, `switch`, `canary`, `rollback`; `created` for the first version, `by hand` without a change record."""
    why: str

    @classmethod
    def of(cls, version: Version) -> "Change":
        """Describe a version."""
        action = version.record.action if version.record else "created" if version.is_created else "by hand"
        return cls(
            version=version.number,
            value=version.value,
            who=version.who,
            when=version.modified_at,
            action=action,
            why=version.why,
        )


@dataclass(frozen=True, kw_only=True)
class ServiceStatus(ABC):
    """One web service."""

    environment: str
    service: str
    strategy: str
    url: str
    state: str
    """`live`, or what is under way or wrong; each strategy has its own."""
    notes: tuple[str, ...]
    """What needs attention, and what to do about it; empty where all is well."""
    history: tuple[Change, ...]
    """The newest changes, newest first."""

    @property
    @abstractmethod
    def summary(self) -> str:
        """What the heading shows beside the state."""

    @property
    @abstractmethod
    def ecs_services(self) -> Sequence[EcsServiceStatus]:
        """Its ECS services, a row of the table each."""

    def json(self) -> dict[str, Any]:
        """Return it for scripts."""
        history = [
            {**asdict(change), "when": for_scripts(change.when) if change.when else None} for change in self.history
        ]
        return {**asdict(self), "history": history}


def ecs_values(image: History, state: EcsServiceState, health: Health, alarms: Alarms) -> dict[str, Any]:
    """Return the values of an `EcsServiceStatus`."""
    return {
        "desired_image": image.latest.value,
        "running_image": state.image,
        "desired_count": state.desired,
        "running_count": state.running,
        "pending_count": state.pending,
        "healthy_targets": health.healthy,
        "targets": health.total,
        "target_problems": health.reasons,
        "alarms": alarms.in_alarm,
    }


def newest_changes(history: History) -> tuple[Change, ...]:
    """Return the newest versions that count, newest first."""
    return tuple(Change.of(version) for version in reversed(history.counted[-HISTORY:]))


def unfinished_deployment(image: History, state: EcsServiceState) -> str | None:
    """Return who deployed what, where another image runs; None where it is the desired one."""
    latest = image.latest
    if latest.value == state.image:
        return None
    return f"{latest.who} deployed {latest.value} at {latest.when}, but {state.image} runs"
