"""Traffic weights of the two colours, and how the live colour's parameter writes them. Pure.

Terraform computes the same weights from the same text: `aws.colour`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aws.colour import COLOURS, Colour, check_value
from release.errors import FailedError


@dataclass(frozen=True, kw_only=True)
class LiveColour:
    """A value of the parameter: a colour and its traffic weight."""

    colour: Colour
    """`blue` or `green`."""

    percent: int = 100
    """Percent of the requests, 0 to 100. Default: all of them."""

    @classmethod
    def parse(cls, value: str) -> "LiveColour":
        """Read `blue`, `green`, `green:10`; raises FailedError for anything else."""
        try:
            check_value(value)
        except ValueError as error:
            raise FailedError(f"The live colour's parameter cannot be read: {error}.") from error
        name, _, percent = value.partition(":")
        return cls(colour="blue" if name == "blue" else "green", percent=int(percent) if percent else 100)

    def __str__(self) -> str:
        return self.colour if self.percent == 100 else f"{self.colour}:{self.percent}"

    @property
    def weights(self) -> Mapping[Colour, int]:
        """Weights of both colours; they add up to 100."""
        return {colour: self.percent if colour == self.colour else 100 - self.percent for colour in COLOURS}

    @property
    def sole_colour(self) -> Colour | None:
        """The colour that gets every request, or None during a canary."""
        return next((colour for colour, weight in self.weights.items() if weight == 100), None)


def other_colour(colour: Colour) -> Colour:
    """Return the colour that is not this one."""
    return "green" if colour == "blue" else "blue"


def format_weights(weights: Mapping[Colour, int] | None) -> str:
    """Return `blue 90, green 10`, the larger weight first."""
    if weights is None:
        return "no blue/green forward"
    return ", ".join(
        f"{colour} {weight}" for colour, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    )


def how_to_end_a_canary(arguments: str, live: LiveColour) -> str:
    """Both ways out of a canary, as commands.

    Args:
        arguments: `ENV SERVICE`.
        live: with the new colour.
    """
    return f"Go on: ./windlass switch {arguments} {live.colour}; back: ./windlass switch {arguments} --rollback"
