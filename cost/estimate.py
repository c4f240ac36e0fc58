"""The cost estimate of an environment: its lines, their totals, and what is not included (P06)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cost.lines import PRICERS, Line
from cost.prices import Prices
from terraform.document import Stacks

BY_USE = (
    "traffic (NAT gateway, load balancer, between zones, out to the internet)",
    "logs and metrics",
    "requests to and contents of buckets, image repositories and file systems",
    "backups beyond the size of the database, and copies of them in another region",
    "tasks that scaling or a deployment adds, or that working hours save",
)
"""Usage-based costs, which cannot be estimated in advance."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Monthly cost of an environment in US dollars."""

    environment: str
    prices: Prices
    lines: tuple[Line, ...]
    """By group, most expensive first."""

    @property
    def total(self) -> float:
        """The sum of all priced lines."""
        return sum(line.monthly or 0.0 for line in self.lines)

    @property
    def unpriced(self) -> tuple[Line, ...]:
        """Lines without a price, which the total does not include."""
        return tuple(line for line in self.lines if line.monthly is None)

    def groups(self) -> dict[str, float]:
        """Totals by group, most expensive first."""
        sums: dict[str, float] = {}
        for line in self.lines:
            sums[line.group] = sums.get(line.group, 0.0) + (line.monthly or 0.0)
        return dict(sorted(sums.items(), key=lambda item: -item[1]))

    def json(self) -> dict[str, Any]:
        """The estimate as JSON, for scripts."""
        return {
            "environment": self.environment,
            "currency": "USD",
            "is_an_estimate": True,
            "prices": {"region": self.prices.region, "as_of": self.prices.as_of},
            "monthly_total": round(self.total, 2),
            "groups": {group: round(value, 2) for group, value in self.groups().items()},
            "lines": [
                {
                    "group": line.group,
                    "address": line.address,
                    "what": line.what,
                    "monthly": None if line.monthly is None else round(line.monthly, 2),
                }
                for line in self.lines
            ],
            "not_included": list(BY_USE),
        }


def estimate(environment: str, documents: Mapping[str, Mapping[str, Any]], prices: Prices) -> Estimate:
    """Add up the fixed monthly costs of the resources of all layers, excluding usage."""
    stacks = Stacks(documents=documents)
    lines = [
        line
        for address, body in stacks.bodies.items()
        if (pricer := PRICERS.get(address.partition(": ")[2].partition(".")[0])) is not None
        for line in pricer(address, body, stacks, prices)
    ]
    lines.sort(key=lambda line: (line.group, -(line.monthly or 0.0), line.address, line.what))
    return Estimate(environment=environment, prices=prices, lines=tuple(lines))
