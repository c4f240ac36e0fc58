"""Names of scheduled actions of Application Auto Scaling, which Terraform makes and releases read."""

from typing import Final

WORKING_HOURS_START: Final = "working-hours-start"
"""Sets the limits with which a day starts."""

WORKING_HOURS_END: Final = "working-hours-end"
"""Sets both limits to zero."""

LOWER_AFTER_SWITCH: Final = "lower-after-switch"
"""Runs once and lets a colour without requests go down to no task."""
