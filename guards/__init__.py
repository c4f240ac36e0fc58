"""Lessons that synth enforces on the finished Terraform JSON, before anything is written."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from guards import (  # noqa: F401 - each registers its guards
    rules,
    rules_identity,
    rules_network,
    rules_plain_secrets,
    rules_platform,
    rules_secrets,
    rules_services,
)
from guards.guard import GUARDS, Guard
from guards.intent import Intent, Party, Row, Waiver
from guards.stacks import Stacks
from guards.verdict import GuardError, Verdict, Violation, Waived

__all__ = [
    "GUARDS",
    "GuardError",
    "Intent",
    "Party",
    "Row",
    "Stacks",
    "Verdict",
    "Violation",
    "Waived",
    "Waiver",
    "check",
]


def check(environment: str, documents: Mapping[str, Mapping[str, Any]], intent: Intent | None = None) -> Verdict:
    """Judge all layers of an environment together.

    Args:
        environment: the environment's name, for the message.
        documents: the Terraform JSON of each stack, by layer.
        intent: what the environment's file asks for (`layers.judging` makes it). Default: nothing.

    Returns:
        What is let through although a guard has something to say: warnings, and what the environment waives.

    Raises:
        GuardError: names every place that a guard refuses and every waiver that matches nothing, sorted.
    """
    stacks = Stacks(documents=documents, intent=intent or Intent())
    file = f"environments/{environment}.toml"
    found = sorted(violation for one in GUARDS for violation in _judged(one, stacks, file))
    waivers = stacks.intent.waivers
    waived = [
        Waived(violation=violation, reason=waiver.reason)
        for violation in found
        for waiver in waivers
        if (waiver.guard, waiver.address) == (violation.guard, violation.address)
    ]
    excused = {each.violation for each in waived}
    left = [violation for violation in found if violation not in excused]
    refused = [violation for violation in left if violation.severity == "error"]
    refused += _useless(waivers, {(violation.guard, violation.address) for violation in excused}, file)
    if refused:
        raise GuardError(environment, refused)
    return Verdict(warnings=tuple(left), waived=tuple(waived))


def _judged(one: Guard, stacks: Stacks, file: str) -> Iterator[Violation]:
    for address, message, *keys in one.judge(stacks):
        key = keys[0] if keys else one.key
        yield Violation(
            severity=one.severity,
            lesson=one.lesson,
            address=address,
            message=message,
            fix=one.fix,
            guard=one.name,
            decided_by=f"{file}, {key}" if key else "",
        )


def _useless(waivers: tuple[Waiver, ...], used: set[tuple[str, str]], file: str) -> Iterator[Violation]:
    """Waivers that match nothing: what they excused is gone, or they never meant anything."""
    names = {one.name for one in GUARDS}
    for number, waiver in enumerate(waivers):
        if (waiver.guard, waiver.address) in used:
            continue
        if waiver.guard in names:
            message = f'the waiver of {waiver.guard} for "{waiver.address}" matches nothing that the guard finds'
        else:
            close = get_close_matches(waiver.guard, names, n=1)
            message = f'there is no guard "{waiver.guard}"' + (f"; did you mean {close[0]}?" if close else "")
        yield Violation(
            severity="error",
            lesson="waiver",
            address=file,
            message=message,
            fix="take the waiver out of the file, or name the guard and the address as `./windlass check` prints them",
            guard="waivers_match_findings",
            decided_by=f"{file}, waivers[{number}]",
        )
