"""The result of all guards: errors, warnings, and the findings that the environment waives."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from guards.guard import Severity


@dataclass(frozen=True, kw_only=True, order=True)
class Violation:
    """One finding of a guard."""

    severity: Severity
    """First, so that errors sort before warnings."""
    lesson: str
    address: str
    message: str
    fix: str
    guard: str
    decided_by: str = ""
    """File and key of the environment file that decide it; empty where none does."""

    def __str__(self) -> str:
        lines = [f"  {self.lesson}  {self.address}", f"      {self.message}"]
        if self.decided_by:
            lines.append(f"      Decided by: {self.decided_by}")
        return "\n".join([*lines, f"      Fix: {self.fix}", f"      Guard: {self.guard}"])


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A finding that the environment accepts."""

    violation: Violation
    reason: str

    def __str__(self) -> str:
        return f"  {self.violation.lesson}  {self.violation.address}\n      {self.violation.message}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The result for an environment without errors."""

    warnings: Sequence[Violation] = field(default_factory=tuple)
    waived: Sequence[Waived] = field(default_factory=tuple)


class GuardError(Exception):
    """The generated Terraform violates lessons; `str()` is a message that lists every violation."""

    def __init__(self, environment: str, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        count = len(self.violations)
        title = f"{environment}: guards found {count} error{'s' if count != 1 else ''} in the generated Terraform:"
        super().__init__("\n\n".join([title, *map(str, self.violations)]))
