"""Lessons that synth enforces on the finished Terraform JSON, before anything is written."""

from collections.abc import Mapping
from typing import Any

from guards.guard import GuardError, Stacks, Violation
from guards.rules import GUARDS

__all__ = ["GUARDS", "GuardError", "Stacks", "Violation", "check"]


def check(environment: str, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Judge all layers of an environment together.

    Args:
        environment: the environment's name, for the message.
        documents: the Terraform JSON of each stack, by layer.

    Raises:
        GuardError: names every place that a guard refuses, sorted.
    """
    stacks = Stacks(documents=documents)
    violations = sorted(
        Violation(lesson=guard.lesson, address=address, message=message, fix=guard.fix)
        for guard in GUARDS
        for address, message in guard.judge(stacks)
    )
    if violations:
        raise GuardError(environment, violations)
