"""What a deployment takes and does, whatever the strategy of the service. How each does it: `release.strategies`.

The image of a service is the value of its SSM parameter, and Terraform reads the task definition's image from there. So
a deployment writes the parameter and lets Terraform apply: Terraform stays the only owner of task definitions, and the
next plan is empty. A deployment that is killed is continued by the same command.
"""

from dataclasses import dataclass
from typing import Protocol

from aws.colour import Colour
from release.errors import BadRequestError
from release.migrate import TIMEOUT_SECONDS as MIGRATION_TIMEOUT_SECONDS
from release.preflight import check_reference
from release.scale import TIMEOUT_SECONDS


class Terraform(Protocol):
    """What a deployment needs of Terraform."""

    def apply(self) -> None:
        """Apply the service layer; raises where that fails."""
        ...

    def register_task_definition(self, family: str) -> None:
        """Apply the task definition of that family alone; raises where that fails."""
        ...


@dataclass(frozen=True, kw_only=True)
class DeployRequest:
    """One deployment."""

    image: str
    """Complete reference of the image (E05)."""

    count: int | None = None
    """Tasks of the idle colour; blue/green only. Default: as many as the live colour's desired count, at least one."""

    force: bool = False
    """Deploy during a canary, onto its new colour, and after a switch that is not finished; blue/green only."""

    allow_moving_tags: bool = False
    """Whether a tag such as `latest` is accepted. Default: no; for development only."""

    timeout_seconds: float = TIMEOUT_SECONDS
    """How long the targets may take to become healthy; blue/green only. Default: 15 minutes."""

    migration: tuple[str, ...] = ()
    """Command that migrates the database, run with the new image before its tasks start. Default: none."""

    migration_timeout_seconds: float = MIGRATION_TIMEOUT_SECONDS
    """How long the migration may take. Default: 15 minutes."""

    reason: str = ""
    """The reason for this change, kept in its history."""

    def __post_init__(self) -> None:
        """Refuse an impossible count and an incomplete or moving reference."""
        if self.count is not None and self.count < 1:
            raise BadRequestError(f"The count is {self.count}; the minimum is 1.")
        check_reference(self.image, allow_moving_tags=self.allow_moving_tags)


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """The result of a deployment."""

    changed: bool
    """Whether anything had to be done."""

    colour: Colour | None = None
    """The colour that runs the image now; None for a service without colours."""
