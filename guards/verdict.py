"""What the guards say of an environment: what they refuse, what they warn of, and what the environment waives."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from guards.guard import Severity


@dataclass(frozen=True, kw_only=True, order=True)
class Violation:
    """One thing that a guard refuses."""

    severity: Severity
    """First, so that errors come before warnings."""
    lesson: str
    address: str
    message: str
    fix: str
    guard: str
    decided_by: str = ""
    """File and key of the environment file that decides it; empty where none does."""

    def __str__(self) -> str:
        lines = [f"  {self.lesson}  {self.address}", f"      {self.message}"]
        if self.decided_by:
            lines.append(f"      Decided by: {self.decided_by}")
        return "\n".join([*lines, f"      Fix: {self.fix}", f"      Guard: {self.guard}"])


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A finding that the environment lives with."""

    violation: Violation
    reason: str

    def __str__(self) -> str:
        return f"  {self.violation.lesson}  {self.violation.address}\n      {self.violation.message}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """An environment that no guard refuses."""

    warnings: Sequence[Violation] = field(default_factory=tuple)
    waived: Sequence[Waived] = field(default_factory=tuple)


class GuardError(Exception):
    """The generated Terraform breaks lessons; `str()` is a text for people that names every place."""

    def __init__(self, environment: str, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        count = len(self.violations)
        title = f"{environment}: the guards refuse {count} thing{'s' if count != 1 else ''} in what was generated:"
        super().__init__("\n\n".join([title, *map(str, self.violations)]))
