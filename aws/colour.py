"""The grammar of the live colour's parameter, and the traffic weights that follow from it.

The parameter's value is a colour, or a colour with its share of the traffic in percent: `blue`, `green`, `green:10`.
The other colour gets the rest of 100.
"""

import re
from typing import Literal, get_args

Colour = Literal["blue", "green"]

COLOURS: tuple[Colour, ...] = get_args(Colour)
"""The colours of a blue/green service."""

FIRST_LIVE: Colour = "blue"
"""The colour that is live when a service is created."""

LIVE_COLOUR_PATTERN = "^(blue|green)(:(100|[1-9]?[0-9]))?$"
"""What a value must match; the same text for SSM (`allowed_pattern`), Terraform (`regex`) and Python."""


def check_value(value: str) -> str:
    """Return the value if it is a colour with or without a share.

    Raises:
        ValueError: it is neither.
    """
    if not re.fullmatch(LIVE_COLOUR_PATTERN, value) or value.endswith("\n"):
        raise ValueError(
            f'live colour is "{value}"; allowed are "blue", "green", or one of them with a share: "green:10"'
        )
    return value


def valid_expression(value_expression: str) -> str:
    """Return the Terraform expression, without `${}`, that says whether a value is in the grammar."""
    return f'can(regex("{LIVE_COLOUR_PATTERN}", {value_expression}))'


def colour_expression(value_expression: str) -> str:
    """Return the Terraform expression, without `${}`, for the colour that a value names.

    Args:
        value_expression: Terraform expression of the value, without `${}`, such as `local.colour`.
    """
    return f'split(":", {value_expression})[0]'


def colour_weight_expression(value_expression: str, colour: Colour) -> str:
    """Return the Terraform expression, without `${}`, for the share from 0 to 100 that a colour gets.

    Args:
        value_expression: Terraform expression of the value, without `${}`, such as `local.colour`.
        colour: the colour whose share is returned.

    Raises:
        ValueError: there is no such colour.
    """
    if colour not in COLOURS:
        raise ValueError(f'colour is "{colour}"; allowed are {", ".join(COLOURS)}')
    named_share = f'try(tonumber(split(":", {value_expression})[1]), 100)'
    return f'{colour_expression(value_expression)} == "{colour}" ? {named_share} : 100 - {named_share}'
