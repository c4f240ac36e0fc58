"""What was asked of the embedded AWS so far, and what of it somebody has not read yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

READ_FOR = {
    "ecs": ("ecs",),
    "servicediscovery": ("ecs",),
    "elbv2": ("elbv2",),
    "acm": ("elbv2",),
    "rds": ("stores",),
    "elasticache": ("stores",),
    "cloudformation": ("stores",),
}
"""A service that changed → what has to be read again."""
EVERYTHING = frozenset({"ecs", "elbv2", "stores"})


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How often each service was changed, of those that matter here."""

    instance: str = ""
    """Of the server that counted; another one knows nothing of what this one was asked for."""
    counters: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "Changes":
        """From the embedded AWS's page, or from what `shown` gave; nothing at all from an empty mapping."""
        counters = answer.get("counters", {})
        return cls(
            instance=str(answer.get("instance", "")),
            counters={name: int(counters[name]) for name in READ_FOR if name in counters},
        )

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {"instance": self.instance, "counters": dict(self.counters)}

    def to_read(self, before: "Changes") -> frozenset[str]:
        """What somebody has to read again who has read as much as `before`."""
        if before.instance != self.instance:
            return EVERYTHING
        changed = {name for name, count in self.counters.items() if count > before.counters.get(name, 0)}
        return frozenset(part for name in changed for part in READ_FOR[name])
