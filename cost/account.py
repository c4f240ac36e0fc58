"""What an environment takes of the account's quotas, counted in its generated JSON.

What depends on how many tasks run is in `config/needs.py`; here is what the JSON holds once and for all.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from terraform.document import Stacks

_COUNTED = {
    "iam_roles": "aws_iam_role",
    "interface_endpoints": "aws_vpc_endpoint",
}
_RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")


def taken(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Amounts by the key of the quota (`aws.quotas.QUOTAS`): roles, interface endpoints, rules of the fullest group."""
    stacks = Stacks(documents=documents)
    counts = {
        key: sum(1 for _, body in stacks.resources(resource_type) if _counts(resource_type, body))
        for key, resource_type in _COUNTED.items()
    }
    rules: Counter[tuple[str, str]] = Counter(
        (resource_type, group)
        for resource_type in _RULES
        for address, body in stacks.resources(resource_type)
        for group in stacks.resolve(address, body.get("security_group_id", ""))
    )
    return {**counts, "security_group_rules": max(rules.values(), default=0)}


def _counts(resource_type: str, body: Mapping[str, Any]) -> bool:
    return resource_type != "aws_vpc_endpoint" or body.get("vpc_endpoint_type") == "Interface"
