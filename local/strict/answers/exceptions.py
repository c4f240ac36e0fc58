"""Where an answer of the embedded AWS may differ from its model. Each exception has its reason."""

from collections.abc import Iterable

from local.strict.exemption import Exemption
from local.strict.violations import Violation

TABLE: tuple[Exemption, ...] = ()


def unfaithful(service: str, operation: str, violations: Iterable[Violation]) -> list[Violation]:
    """The violations that count: all but those that the table has."""
    return [one for one in violations if not any(exemption.covers(service, operation, one) for exemption in TABLE)]
