"""The price table, and the price of an instance of any size."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HOURS_A_MONTH = 730
"""Hours of a year divided by twelve, as in AWS's own calculator."""

_SIZES = {"micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1.0, "xlarge": 2.0}


class PricesError(Exception):
    """There are no prices for a region; `str()` is a message for users."""


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices of one region, in US dollars."""

    region: str
    as_of: str
    """Year and month of the prices."""

    table: Mapping[str, Any]

    def of(self, name: str) -> float:
        """A price, by its name in the table."""
        return float(self.table[name])

    def monthly(self, name: str) -> float:
        """Monthly cost of an hourly price."""
        return self.of(name) * HOURS_A_MONTH

    def instance(self, kind: str, instance_class: str) -> float | None:
        """Monthly cost of an instance; None if its family or size is not in the table.

        Args:
            kind: `database` or `cache`.
            instance_class: such as `db.m7g.large`.
        """
        _, family, size = instance_class.split(".")
        factor = float(size[:-6]) * 2 if size.endswith("xlarge") and size[:-6].isdigit() else _SIZES.get(size)
        large: float | None = self.table[f"{kind}_large_hour"].get(family)
        return None if large is None or factor is None else large * factor * HOURS_A_MONTH


def prices_of(region: str) -> Prices:
    """The prices of a region.

    Raises:
        PricesError: the table does not contain the region; the message lists those that it contains.
    """
    data = _data()
    if region not in data["regions"]:
        known = ", ".join(sorted(data["regions"]))
        raise PricesError(f"cost/prices.toml has no prices for {region}; it has those of {known}.")
    return Prices(region=region, as_of=data["as_of"], table={**data["everywhere"], **data["regions"][region]})


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "prices.toml").read_text(encoding="utf-8"))
