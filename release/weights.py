"""Shares of the requests by colour, and how the live colour's parameter writes them. Pure.

Terraform computes the same shares from the same text: `aws.colour`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aws.colour import COLOURS, Colour, check_value
from release.errors import FailedError


@dataclass(frozen=True, kw_only=True)
class Live:
    """A value of the parameter: a colour and its share of the requests in percent."""

    colour: Colour
    share: int = 100

    @classmethod
    def parse(cls, value: str) -> "Live":
        """Read `blue`, `green`, `green:10`; raises FailedError for anything else."""
        try:
            check_value(value)
        except ValueError as error:
            raise FailedError(f"The live colour's parameter cannot be read: {error}.") from error
        name, _, share = value.partition(":")
        return cls(colour="blue" if name == "blue" else "green", share=int(share) if share else 100)

    def __str__(self) -> str:
        return self.colour if self.share == 100 else f"{self.colour}:{self.share}"

    @property
    def weights(self) -> Mapping[Colour, int]:
        """Share of both colours; they add up to 100."""
        return {colour: self.share if colour == self.colour else 100 - self.share for colour in COLOURS}

    @property
    def full(self) -> Colour | None:
        """The colour that gets every request, or None during a canary."""
        return next((colour for colour, share in self.weights.items() if share == 100), None)


def other(colour: Colour) -> Colour:
    """The colour that is not this one."""
    return "green" if colour == "blue" else "blue"


def in_words(weights: Mapping[Colour, int] | None) -> str:
    """`blue 90, green 10`; the larger share first."""
    if weights is None:
        return "no blue/green forward"
    shares = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{colour} {share}" for colour, share in shares)
