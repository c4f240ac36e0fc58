"""Counters of the changes that the embedded AWS has seen, and what has to be read again because of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

READ_FOR = {
    "ecs": ("ecs",),
    "servicediscovery": ("ecs",),
    "elbv2": ("elbv2",),
    "acm": ("elbv2",),
    "rds": ("stores",),
    "iam": ("stores",),  # a proxy of RDS serves clients only if its role may read their logins
    "elasticache": ("stores",),
    "cloudformation": ("stores",),
    "ec2": ("network",),
}
"""AWS service that changed → part of the desired state that has to be read again."""
EVERYTHING = frozenset({"ecs", "elbv2", "network", "stores"})


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How often each of the AWS services in `READ_FOR` was changed."""

    instance: str = ""
    """Of the server that counted. Another instance has another account."""
    counters: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "Changes":
        """From the embedded AWS's page, or from `as_json`; an empty mapping gives no changes at all."""
        counters = answer.get("counters", {})
        return cls(
            instance=str(answer.get("instance", "")),
            counters={name: int(counters[name]) for name in READ_FOR if name in counters},
        )

    def as_json(self) -> dict[str, Any]:
        """As `of` reads it."""
        return {"instance": self.instance, "counters": dict(self.counters)}

    def to_read(self, before: "Changes") -> frozenset[str]:
        """Parts of the desired state to read again for a reader that knows the changes up to `before`."""
        if before.instance != self.instance:
            return EVERYTHING
        changed = {name for name, count in self.counters.items() if count > before.counters.get(name, 0)}
        return frozenset(part for name in changed for part in READ_FOR[name])
