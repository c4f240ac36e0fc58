"""What a switch should do, and which requests contradict themselves."""

from dataclasses import dataclass

from aws.colour import Colour
from release.errors import BadRequestError

DEFAULT_BAKE_SECONDS = 300
DEFAULT_SOAK_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class SwitchRequest:
    """One switch."""

    colour: Colour | None = None
    """The colour that takes traffic. Default: the idle one; during a canary the new one; after a killed switch, its."""

    rollback: bool = False
    """Go back to the colour that was live before, with every request."""

    steps: tuple[int, ...] = (100,)
    """Traffic weights of the colour in percent, one after the other. Default: 100 at once."""

    bake_seconds: float = DEFAULT_BAKE_SECONDS
    """How long to observe each step before the next one. Default: 5 minutes."""

    soak_seconds: float | None = None
    """How long to observe the last step. Default: 2 minutes before a scale-down, otherwise not at all."""

    scale_down: bool = False
    """Scale the other colour to zero after the soak time. Default: it stays, ready for a rollback."""

    scale_up: bool = False
    """Start the colour also where it has no task. Default: only a rollback does."""

    migration: tuple[str, ...] = ()
    """Command that migrates the database before a colour is scaled up from zero, but for a rollback. Default: none."""

    minimum: int | None = None
    """Healthy targets that the colour needs. Default: the other one's desired count (B04)."""

    force: bool = False
    """Skip the preflight checks of targets and alarms; alarms that go into ALARM later still count."""

    reason: str = ""
    """The reason for this change, kept in its history."""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.rollback and (self.colour is not None or self.steps != (100,)):
            raise BadRequestError(
                "--rollback moves all traffic back to the previous colour: leave out the colour, --weight and --canary."
            )
        if not self.steps or any(not 1 <= step <= 100 for step in self.steps):
            raise BadRequestError(f"Traffic weights are 1 to 100 percent, not {_listed(self.steps) or 'none'}.")
        if list(self.steps) != sorted(set(self.steps)):
            raise BadRequestError(
                f"The traffic weights of a canary must increase, as 10,50,100 do, unlike {_listed(self.steps)}."
            )
        if self.minimum is not None and self.minimum < 1:
            raise BadRequestError("A colour needs one healthy target at least; --force asks for none.")
        if self.scale_down and self.steps[-1] != 100:
            raise BadRequestError("--scale-down needs a switch to 100 percent: the other colour still gets requests.")

    @property
    def soak(self) -> float:
        """The soak time in seconds."""
        if self.soak_seconds is not None:
            return self.soak_seconds
        return DEFAULT_SOAK_SECONDS if self.scale_down else 0


def _listed(weights: tuple[int, ...]) -> str:
    """As `--canary` takes them."""
    return ",".join(map(str, weights))
