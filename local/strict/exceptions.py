"""Where AWS accepts more than its model says. Each exception has its reason; a test sends what it allows."""

from collections.abc import Iterable

from local.strict.exemption import Exemption
from local.strict.violations import Kind, Violation

TABLE: tuple[Exemption, ...] = (
    Exemption(
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
        if one.kind is not Kind.UNKNOWN and not any(exemption.covers(service, operation, one) for exemption in TABLE)
    ]
