"""The `[[waivers]]` section: findings of guards that an environment accepts."""

from typing import Annotated

from pydantic import Field, StringConstraints

from config.base import Section
from config.pattern import Pattern


class Waiver(Section):
    """One finding of one guard that is accepted for a reason. A waiver that matches no finding is an error."""

    guard: Annotated[
        str,
        Pattern(
            r"[a-z][a-z0-9_]{2,99}", "the name of a guard, as `./windlass check` prints it", "security_groups_are_used"
        ),
    ]
    """Name of the guard, as `./windlass check` prints it."""

    address: Annotated[
        str,
        StringConstraints(min_length=3, max_length=300),
        Field(examples=["service: aws_lb_listener.load-balancer_http"]),
    ]
    """Address of the finding: `<layer>: <type>.<name>`, as `./windlass check` prints it."""

    reason: Annotated[
        str,
        Pattern(
            r"(?=.*\S.*\S)[^\x00-\x1f]{10,500}",
            "one line of 10 to 500 characters that says why",
            "another team adds the endpoints in its next apply",
        ),
    ]
    """Why the finding is acceptable here; `./windlass check` prints the reason."""
