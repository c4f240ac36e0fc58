"""Where AWS accepts more than its model says. Each exception has its reason; a test sends what it allows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from local.strict.violations import Kind, Violation


@dataclass(frozen=True, kw_only=True)
class Looser:
    """Constraints that AWS does not enforce."""

    service: str
    """botocore's name."""
    operations: str = ".*"
    """Pattern of the whole name. Default: all operations of the service."""
    places: str = ".*"
    """Pattern of the whole place, such as `tags.member.value`. Default: every place."""
    kinds: tuple[Kind, ...]
    """Constraints."""
    values: str = ".*"
    """Pattern of the whole value. Default: every value."""
    reason: str
    """What AWS does, and how that is known."""

    def allows(self, service: str, operation: str, violation: Violation) -> bool:
        """Whether AWS accepts what the model does not."""
        return (
            service == self.service
            and violation.kind in self.kinds
            and re.fullmatch(self.operations, operation) is not None
            and re.fullmatch(self.places, violation.place) is not None
            and re.fullmatch(self.values, violation.value, re.S) is not None
        )


TABLE: tuple[Looser, ...] = (
    Looser(
        service="route53",
        kinds=(Kind.MAX_LENGTH, Kind.PATTERN),
        values="/(hostedzone|change|delegationset)/.+",
        reason="Route 53 answers with ids that have this prefix, and accepts them so; the model's "
        "length is that of the id alone.",
    ),
)


def refusable(service: str, operation: str, violations: Iterable[Violation]) -> list[Violation]:
    """The violations that AWS refuses: all but unknown members, and those that the table allows."""
    return [
        one
        for one in violations
        if one.kind is not Kind.UNKNOWN and not any(looser.allows(service, operation, one) for looser in TABLE)
    ]
