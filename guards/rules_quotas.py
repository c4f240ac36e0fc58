"""Guards for sizes and counts that AWS limits, as far as only the finished JSON shows them.

What the environment file shows is a rule of `config/`. A reference is a few letters in the JSON and an ARN in what AWS
gets, so it counts as one.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from aws.quotas import QUOTAS, ROLE_INLINE_POLICY_CHARACTERS, TASK_DEFINITION_BYTES
from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.policies import roles_with
from terraform.document import section_of

_REFERENCE = re.compile(r"\$\{[^}]*\}")
_ARN_CHARACTERS = 120
_RULES = {
    "aws_vpc_security_group_ingress_rule": "into",
    "aws_vpc_security_group_egress_rule": "out of",
}


@guard(
    "E03",
    fix="shorten environment variables, or take repositories out; large values belong into S3 or the image",
)
def task_definitions_fit(stacks: CheckedStacks) -> Iterator[Finding]:
    """A task definition is at most 64 KiB as JSON, a limit that ECS never raises."""
    for address, body in stacks.resources("aws_ecs_task_definition"):
        size = sum(_size(value) for value in body.values())
        if size > TASK_DEFINITION_BYTES:
            message = f"the task definition has about {size:,} bytes, and ECS accepts {TASK_DEFINITION_BYTES:,}"
            yield address, message, f"{section_of(address)}.environment"


@guard("I01", fix="name fewer resources in the policy, or use a pattern for them")
def inline_policies_of_a_role_fit(stacks: CheckedStacks) -> Iterator[Finding]:
    """The inline policies of a role have at most 10,240 characters together, a limit that IAM never raises."""
    sizes: dict[str, int] = {}
    for address, body in stacks.resources("aws_iam_role_policy"):
        for role in roles_with(stacks, address):
            sizes[role] = sizes.get(role, 0) + _size("".join(str(body.get("policy", "")).split()))
    for role, size in sizes.items():
        if size > ROLE_INLINE_POLICY_CHARACTERS:
            yield (
                role,
                f"its inline policies have about {size:,} characters, IAM allows {ROLE_INLINE_POLICY_CHARACTERS:,}",
            )


@guard("I01", key="quotas.role_trust_policy_characters", fix="have the quota raised and say so, or trust fewer parties")
def trust_policies_fit(stacks: CheckedStacks) -> Iterator[Finding]:
    """The trust policy of a role is as long as the account's quota allows."""
    most = _quota(stacks.intent.quotas, "role_trust_policy_characters")
    for address, body in stacks.resources("aws_iam_role"):
        size = _size("".join(str(body.get("assume_role_policy", "")).split()))
        if size > most:
            yield address, f"its trust policy has about {size:,} characters, the account's quota is {most:,}"


@guard("N03", key="quotas.security_group_rules", fix="have the quota raised and say so, or allow fewer blocks")
def security_groups_have_few_enough_rules(stacks: CheckedStacks) -> Iterator[Finding]:
    """A security group has as many rules in each direction as the account's quota allows."""
    most = _quota(stacks.intent.quotas, "security_group_rules")
    for resource_type, direction in _RULES.items():
        counts: dict[str, int] = {}
        for address, body in stacks.resources(resource_type):
            for group in stacks.resolve(address, body.get("security_group_id", "")):
                counts[group] = counts.get(group, 0) + 1
        for group, count in counts.items():
            if count > most:
                yield group, f"{count} rules lead {direction} the group, the account's quota is {most}"


@guard("N03", key="quotas.interface_endpoints", fix="have the quota raised and say so, or leave endpoints out")
def a_vpc_has_few_enough_endpoints(stacks: CheckedStacks) -> Iterator[Finding]:
    """A VPC has as many interface endpoints as the account's quota allows."""
    most = _quota(stacks.intent.quotas, "interface_endpoints")
    endpoints = [
        address
        for address, body in stacks.resources("aws_vpc_endpoint")
        if body.get("vpc_endpoint_type") == "Interface"
    ]
    for address in endpoints[most:]:
        yield address, f"it is one of {len(endpoints)} interface endpoints, the account's quota is {most}"


def _quota(raised: Mapping[str, int], key: str) -> int:
    return raised.get(key, QUOTAS[key].default)


def _size(value: Any) -> int:
    """Bytes of a value as AWS gets it."""
    return len(_REFERENCE.sub("x" * _ARN_CHARACTERS, value if isinstance(value, str) else str(value)).encode())


GUARDS: tuple[Guard, ...] = (
    task_definitions_fit,
    inline_policies_of_a_role_fit,
    trust_policies_fit,
    security_groups_have_few_enough_rules,
    a_vpc_has_few_enough_endpoints,
)
