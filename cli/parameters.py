"""Types of values on the command line."""

from typing import Any

import click

_UNITS = {"s": 1, "m": 60, "h": 3600}


class Duration(click.ParamType[float]):
    """`90s`, `5m`, `1h`; gives seconds. A number needs its unit: who types 5 beside a default of 5m means minutes."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it."""
        if isinstance(value, int | float):
            return float(value)
        try:
            seconds = float(value[:-1]) * _UNITS[value[-1:]]
        except (ValueError, KeyError):
            seconds = -1
        if not 0 <= seconds < float("inf"):
            self.fail(f"{value!r} is not a duration; write 90s, 5m or 1h.", param, ctx)
        return seconds


class Weights(click.ParamType[tuple[int, ...]]):
    """`10,50,100`; gives a tuple of whole numbers."""

    name = "weights"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Read it."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(part.strip().removesuffix("%")) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not a list of traffic weights; write 10,50,100.", param, ctx)
