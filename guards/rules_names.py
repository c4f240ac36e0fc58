"""Guards for names that two resources may not share, and for listener rules that never get a request."""

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

from guards.guard import CheckedStacks, Finding, Guard, guard
from terraform.document import blocks

_NAMED: Mapping[str, tuple[str, ...]] = {
    "aws_cloudwatch_dashboard": ("dashboard_name",),
    "aws_cloudwatch_log_group": ("name",),
    "aws_cloudwatch_metric_alarm": ("alarm_name",),
    "aws_codedeploy_app": ("name",),
    "aws_db_instance": ("identifier",),
    "aws_db_parameter_group": ("name",),
    "aws_db_proxy": ("name",),
    "aws_ecr_repository": ("name",),
    "aws_ecs_service": ("cluster", "name"),
    "aws_ecs_task_definition": ("family",),
    "aws_elasticache_replication_group": ("replication_group_id",),
    "aws_iam_role": ("name",),
    "aws_iam_role_policy": ("role", "name"),
    "aws_kms_alias": ("name",),
    "aws_lb": ("name",),
    "aws_lb_listener": ("load_balancer_arn", "port"),
    "aws_lb_listener_rule": ("listener_arn", "priority"),
    "aws_lb_target_group": ("name",),
    "aws_s3_bucket": ("bucket",),
    "aws_scheduler_schedule": ("group_name", "name"),
    "aws_secretsmanager_secret": ("name",),
    "aws_security_group": ("vpc_id", "name"),
    "aws_service_discovery_service": ("namespace_id", "name"),
    "aws_sns_topic": ("name",),
    "aws_ssm_parameter": ("name",),
}
"""What identifies a resource in an account and region, by type."""

_CONDITIONS = {"host_header": "host names", "path_pattern": "paths", "source_ip": "blocks"}


@guard("A22", key="services", fix="give one of the two another name or number in the environment file")
def names_are_unique(stacks: CheckedStacks) -> Iterator[Finding]:
    """No two resources of a type have one name in a region; AWS compares some names without case."""
    owners: dict[tuple[str, ...], str] = {}
    for resource_type, attributes in _NAMED.items():
        for address, body in stacks.resources(resource_type):
            parts = [str(body.get(attribute, "")) for attribute in attributes]
            if not parts[-1]:
                continue
            key = (resource_type, str(body.get("provider", "")), *(part.lower() for part in parts))
            if (owner := owners.setdefault(key, address)) != address:
                yield address, f'its {attributes[-1]} "{parts[-1]}" is that of {owner}, too'


@guard(
    "N06",
    severity="warning",
    key="services",
    fix="give the services other host names or paths, or the later one a lower priority; or waive this while one moves",
)
def listener_rules_get_requests(stacks: CheckedStacks) -> Iterator[Finding]:
    """No earlier rule of a listener takes every request of a later one."""
    rules = sorted(stacks.resources("aws_lb_listener_rule"), key=lambda each: int(each[1].get("priority", 0)))
    for number, (address, body) in enumerate(rules):
        for earlier, before in rules[:number]:
            if before.get("listener_arn") == body.get("listener_arn") and _covers(_values(before), _values(body)):
                yield address, f"{earlier} comes before it, with the same {_same(before)}, so it never gets a request"
                break


def _values(rule: Mapping[str, Any]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for condition in blocks(rule, "condition"):
        for kind in _CONDITIONS:
            for block in blocks(condition, kind):
                values.setdefault(kind, []).extend(block.get("values", ()))
    return values


def _same(rule: Mapping[str, Any]) -> str:
    return " and ".join(words for kind, words in _CONDITIONS.items() if kind in _values(rule))


def _covers(earlier: Mapping[str, Sequence[str]], later: Mapping[str, Sequence[str]]) -> bool:
    """Whether every request that the later rule matches is one of the earlier rule's."""
    for kind, values in earlier.items():
        wanted = later.get(kind) or (
            ["0.0.0.0/0"] if kind == "source_ip" else ["/*" if kind == "path_pattern" else "*"]
        )
        if not all(any(_matches(kind, pattern, value) for pattern in values) for value in wanted):
            return False
    return True


def _matches(kind: str, pattern: str, value: str) -> bool:
    if kind == "source_ip":
        return ip_network(value).subnet_of(ip_network(pattern))  # type: ignore[arg-type]
    regex = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(regex, value, re.IGNORECASE if kind == "host_header" else 0) is not None


GUARDS: tuple[Guard, ...] = (names_are_unique, listener_rules_get_requests)
