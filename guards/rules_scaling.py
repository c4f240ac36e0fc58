"""Guards for Application Auto Scaling."""

from collections.abc import Iterator

from guards.guard import CheckedStacks, Finding, Guard, guard
from terraform.document import type_of


@guard("E07", fix="let min_capacity and max_capacity include the desired count; 0 for a colour without requests")
def desired_counts_are_inside_their_limits(stacks: CheckedStacks) -> Iterator[Finding]:
    """A service starts with a number of tasks inside the limits of its scaling, which AWS enforces at once."""
    for address, target in stacks.resources("aws_appautoscaling_target"):
        least, most = target.get("min_capacity"), target.get("max_capacity")
        for service in stacks.resolve(address, target.get("resource_id") or ""):
            if type_of(service) != "aws_ecs_service":
                continue
            count = stacks.bodies[service].get("desired_count")
            if isinstance(count, int) and not int(least or 0) <= count <= int(most or 0):
                yield address, f"{service} starts with {count} tasks, and its limits are {least} and {most}"


GUARDS: tuple[Guard, ...] = (desired_counts_are_inside_their_limits,)
