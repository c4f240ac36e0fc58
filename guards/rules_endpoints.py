"""The guard for networks without egress: every AWS call of a task has its endpoint (N02)."""

import re
from collections.abc import Iterator

from aws.endpoints import endpoints_of
from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.policies import policies, roles_with

_TASKS = "ecs-tasks.amazonaws.com"
_SERVICE_NAME = re.compile(r"com\.amazonaws\.[a-z0-9-]+\.(.+)")


@guard(
    "N02",
    key="network.interface_endpoints",
    fix="add the endpoint, or add the service of the action to aws/endpoints.py",
)
def calls_without_egress_have_endpoints(stacks: CheckedStacks) -> Iterator[Finding]:
    """Where tasks have no route to the internet, each AWS service that their roles may call has an endpoint."""
    if stacks.intent.tasks_may_be_public or not _is_closed(stacks):
        return
    there = {
        name[1]
        for _, body in stacks.resources("aws_vpc_endpoint")
        if body.get("vpc_endpoint_type") == "Interface" and (name := _SERVICE_NAME.search(body["service_name"]))
    }
    tasks = {
        one.address
        for one in policies(stacks).statements
        if one.kind == "trust" and _TASKS in one.principals.get("Service", ())
    }
    for one in policies(stacks).statements:
        # Through another service means that the service calls, not the task.
        if one.kind != "identity" or not one.allow or any("kms:ViaService" in keys for keys in one.conditions.values()):
            continue
        if not roles_with(stacks, one.address) & tasks:
            continue
        for action in one.actions:
            needed = endpoints_of(action)
            if needed is None:
                yield one.address, f"statement {one.sid} allows {action}, whose endpoint is not known"
            elif missing := sorted(set(needed) - there):
                yield one.address, f"{action} cannot reach AWS: there is no endpoint {' and no '.join(missing)}"


GUARDS: tuple[Guard, ...] = (calls_without_egress_have_endpoints,)


def _is_closed(stacks: CheckedStacks) -> bool:
    """Whether the VPC is created here and has no NAT gateway. An existing one is its owner's."""
    has_vpc, has_gateway = (any(True for _ in stacks.resources(kind)) for kind in ("aws_vpc", "aws_nat_gateway"))
    return has_vpc and not has_gateway
