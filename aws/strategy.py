"""The deployment strategies of web services, and what distinguishes their ECS services."""

from collections.abc import Mapping
from typing import Literal

from aws.colour import COLOURS

Strategy = Literal["blue-green", "rolling", "codedeploy"]

DEFAULT_STRATEGY: Strategy = "blue-green"
"""The strategy of a web service that names none."""

ECS_SERVICES: Mapping[Strategy, tuple[str, ...]] = {
    "blue-green": COLOURS,
    "rolling": ("rolling",),
    "codedeploy": ("codedeploy",),
}
"""What distinguishes the ECS services of a web service: the end of their names, and a part of their addresses."""

STRATEGY_OF: Mapping[str, Strategy] = {part: strategy for strategy, parts in ECS_SERVICES.items() for part in parts}
"""The strategy of each ECS service of `ECS_SERVICES`."""
