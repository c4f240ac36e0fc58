"""Guards for what listeners of load balancers let through."""

from collections.abc import Iterator, Mapping
from typing import Any

from guards.guard import CheckedStacks, Finding, Guard, guard
from terraform.document import blocks, containers_of

EXECUTION_API = "/execution/"
"""Paths of Airflow's API for its own tasks, which come by Cloud Map."""
_BEHIND_ALL_RULES = float("inf")


@guard(
    "A11",
    fix="refuse /execution/* with a fixed response before each rule that forwards, as layers/airflow/route.py does",
)
def execution_api_is_refused_from_outside(stacks: CheckedStacks) -> Iterator[Finding]:
    """A listener that forwards to Airflow's API server answers `/execution/*` with 403 before."""
    api_servers = _target_groups_of_api_servers(stacks)
    rules = list(stacks.resources("aws_lb_listener_rule"))
    for address, body in rules:
        if not _reaches(body) or not api_servers & _forwards_to(stacks, address, body, "action"):
            continue
        listeners = stacks.resolve(address, body.get("listener_arn", ""))
        before = float(body.get("priority", _BEHIND_ALL_RULES))
        hosts = _values(body, "host_header")
        if not _is_refused(stacks, rules, listeners, before, hosts):
            yield address, "requests from outside reach Airflow's API for its own tasks (/execution/*)"
    for address, body in stacks.resources("aws_lb_listener"):
        if not api_servers & _forwards_to(stacks, address, body, "default_action"):
            continue
        if not _is_refused(stacks, rules, frozenset({address}), _BEHIND_ALL_RULES, frozenset()):
            yield address, "requests from outside reach Airflow's API for its own tasks (/execution/*)"


def _target_groups_of_api_servers(stacks: CheckedStacks) -> frozenset[str]:
    result: set[str] = set()
    for address, service in stacks.resources("aws_ecs_service"):
        tasks = stacks.resolve(address, service.get("task_definition", ""))
        definitions = [stacks.bodies[task] for task in tasks if "container_definitions" in stacks.bodies.get(task, {})]
        names = {each["name"] for body in definitions for each in containers_of(body) if _is_api_server(each)}
        for block in blocks(service, "load_balancer"):
            if block.get("container_name") in names:
                result |= stacks.resolve(address, block.get("target_group_arn", ""))
    return frozenset(result)


def _is_api_server(container: Mapping[str, Any]) -> bool:
    is_airflow = any(each["name"].startswith("AIRFLOW__") for each in container.get("environment", []))
    return is_airflow and "api-server" in container.get("command", [])


def _forwards_to(stacks: CheckedStacks, address: str, body: Mapping[str, Any], key: str) -> frozenset[str]:
    forwards = [action for action in blocks(body, key) if action.get("type") == "forward"]
    return stacks.resolve(address, forwards)


def _reaches(rule: Mapping[str, Any]) -> bool:
    """Whether a path below `/execution/` can match the rule."""
    patterns = _values(rule, "path_pattern")
    starts = [pattern.partition("*")[0].partition("?")[0] for pattern in patterns]
    return not starts or any(EXECUTION_API.startswith(start) or start.startswith(EXECUTION_API) for start in starts)


def _is_refused(
    stacks: CheckedStacks,
    rules: list[tuple[str, Mapping[str, Any]]],
    listeners: frozenset[str],
    before: float,
    hosts: frozenset[str],
) -> bool:
    """Whether a rule of these listeners answers 403 to whatever a later rule for these hosts (default: all) gets."""
    for address, body in rules:
        refused = _values(body, "host_header")
        if (
            f"{EXECUTION_API}*" in _values(body, "path_pattern")
            and {key for block in blocks(body, "condition") for key in block} <= {"path_pattern", "host_header"}
            and (not refused or (bool(hosts) and hosts <= refused))
            and float(body.get("priority", _BEHIND_ALL_RULES)) < before
            and listeners <= stacks.resolve(address, body.get("listener_arn", ""))
            and {str(each.get("status_code")) for each in blocks(body, "action.fixed_response")} == {"403"}
        ):
            return True
    return False


def _values(rule: Mapping[str, Any], condition: str) -> frozenset[str]:
    return frozenset(value for block in blocks(rule, f"condition.{condition}") for value in block.get("values", []))


GUARDS: tuple[Guard, ...] = (execution_api_is_refused_from_outside,)
