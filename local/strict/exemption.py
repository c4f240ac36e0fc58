"""What AWS, or the embedded AWS, does otherwise than a model says, and why that may be."""

import re
from dataclasses import dataclass

from local.strict.violations import Kind, Violation


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """Constraints that do not count in some places."""

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
    """What AWS does, and how that is known; or why the difference harms nobody."""

    def covers(self, service: str, operation: str, violation: Violation) -> bool:
        """Whether a violation does not count."""
        return (
            service == self.service
            and violation.kind in self.kinds
            and re.fullmatch(self.operations, operation) is not None
            and re.fullmatch(self.places, violation.place) is not None
            and re.fullmatch(self.values, violation.value, re.S) is not None
        )
