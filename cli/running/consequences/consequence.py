"""One sentence about what a change costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a change costs."""

    DATA_LOSS = "data loss"
    """Something goes that nothing brings back. An apply refuses it unless somebody says that it is meant."""
    HALF_WAY = "stops half-way"
    """AWS refuses it when other things have changed already. An apply refuses it before."""
    OUTAGE = "outage"
    """Requests or connections fail for a time. An apply asks."""
    NOTE = "note"
    """Worth knowing; nothing is asked."""


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """What the change of one resource costs."""

    kind: Kind
    address: str
    """Of the resource."""
    sentence: str
    """What happens and for how long, as AWS documents it; without a full stop."""
    instead: str = ""
    """What to do in place of it; empty where there is nothing. Without a full stop."""
    pending: tuple[str, str, str] | None = None
    """Identifier, changed attribute and its new value of what waits for a maintenance window, once it was applied."""

    @property
    def needs_consent(self) -> bool:
        """Whether an apply asks or refuses."""
        return self.kind is not Kind.NOTE

    def json(self) -> dict[str, str]:
        """For scripts."""
        return {
            "kind": str(self.kind),
            "address": self.address,
            "sentence": self.sentence,
            "instead": self.instead,
        }

    def lines(self) -> list[str]:
        """For people."""
        lines = [f"  {self.kind}: {self.address}: {self.sentence}."]
        return [*lines, f"    Instead: {self.instead}."] if self.instead else lines


_STYLES = {Kind.DATA_LOSS: "bold red", Kind.HALF_WAY: "bold red", Kind.OUTAGE: "yellow", Kind.NOTE: ""}


def section(layer: str, consequences: Iterable[Consequence]) -> list[tuple[str, str]]:
    """Lines about one layer, each with its style; none where its changes cost nothing."""
    lines = [(line, _STYLES[each.kind]) for each in consequences for line in each.lines()]
    return [(f"{layer}, what this costs:", "bold"), *lines] if lines else []
