"""What `deploy`, `migrate` and `switch` take on the command line."""

from collections.abc import Callable
from typing import Any

import click

from cli.completion import services
from cli.parameters import Duration, Weights
from release.errors import BadRequestError

service_argument = click.argument("service", metavar="SERVICE", shell_complete=services)
reason_option = click.option(
    "--reason", default="", show_default=False, metavar="TEXT", help="Reason for this change, kept in its history."
)

BAKE_SECONDS = 300.0


def bake_seconds(bake: float | None, canary: tuple[int, ...] | None) -> float:
    """How long each step of a canary is observed.

    Raises:
        BadRequestError: `--bake` without `--canary` would observe nothing.
    """
    if bake is not None and canary is None:
        raise BadRequestError(
            "--bake observes the steps of a canary: add --canary, such as --canary 10,50,100. "
            "To observe a switch in one step, use --soak."
        )
    return BAKE_SECONDS if bake is None else bake


def stepping(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how traffic moves, for `switch` and `deploy --switch`."""
    options = [
        click.option(
            "--canary", type=Weights(), metavar="PERCENT,…", help="Move the traffic in steps, such as 10,50,100."
        ),
        click.option(
            "--bake",
            type=Duration(),
            metavar="TIME",
            help="Observe each step of a canary for this long.  [default: 5m]",
        ),
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
