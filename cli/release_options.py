"""What `deploy`, `migrate` and `switch` take on the command line."""

from collections.abc import Callable
from typing import Any

import click

from cli.completion import services

_UNITS = {"s": 1, "m": 60, "h": 3600}


class Duration(click.ParamType[float]):
    """`90s`, `5m`, `1h`, or a number of seconds; gives seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it."""
        if isinstance(value, int | float):
            return float(value)
        number, unit = (value[:-1], _UNITS[value[-1]]) if value[-1:] in _UNITS else (value, 1)
        try:
            seconds = float(number) * unit
        except ValueError:
            seconds = -1
        if not 0 <= seconds < float("inf"):
            self.fail(f"{value!r} is no duration; write 90s, 5m or 1h.", param, ctx)
        return seconds


class Shares(click.ParamType[tuple[int, ...]]):
    """`10,50,100`; gives a tuple of whole numbers."""

    name = "shares"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Read it."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(part.strip().removesuffix("%")) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} are no shares; write 10,50,100.", param, ctx)


service_argument = click.argument("service", metavar="SERVICE", shell_complete=services)
reason_option = click.option(
    "--reason", default="", show_default=False, metavar="TEXT", help="Why; kept in the history."
)


def stepping(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how traffic moves; `switch` and `deploy --switch` share them."""
    options = [
        click.option(
            "--canary", type=Shares(), metavar="PERCENT,…", help="Move the traffic in steps, such as 10,50,100."
        ),
        click.option("--bake", type=Duration(), default="5m", metavar="TIME", help="Observe each step for this long."),
        click.option(
            "--soak",
            type=Duration(),
            metavar="TIME",
            help="Observe the last step for this long.  [default: 2m before a scale-down, else 0s]",
        ),
        click.option("--scale-down", is_flag=True, help="Scale the other colour to zero afterwards."),
    ]
    for option in reversed(options):
        command = option(command)
    return command
