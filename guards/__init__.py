"""Lessons that synth enforces on the generated Terraform JSON, before anything is written."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from guards import (
    rules,
    rules_alarms,
    rules_delivery,
    rules_dns,
    rules_endpoints,
    rules_identity,
    rules_keys,
    rules_listeners,
    rules_names,
    rules_network,
    rules_order,
    rules_plain_secrets,
    rules_platform,
    rules_quotas,
    rules_restore,
    rules_scaling,
    rules_secrets,
    rules_services,
    rules_transport,
)
from guards.guard import CheckedStacks, Guard
from guards.intent import Intent, Party, Row, Waiver
from guards.verdict import GuardError, Verdict, Violation, Waived

__all__ = [
    "GUARDS",
    "CheckedStacks",
    "GuardError",
    "Intent",
    "Party",
    "Row",
    "Verdict",
    "Violation",
    "Waived",
    "Waiver",
    "check",
]

GUARDS: tuple[Guard, ...] = (
    *rules.GUARDS,
    *rules_alarms.GUARDS,
    *rules_delivery.GUARDS,
    *rules_dns.GUARDS,
    *rules_endpoints.GUARDS,
    *rules_identity.GUARDS,
    *rules_keys.GUARDS,
    *rules_listeners.GUARDS,
    *rules_names.GUARDS,
    *rules_network.GUARDS,
    *rules_order.GUARDS,
    *rules_plain_secrets.GUARDS,
    *rules_platform.GUARDS,
    *rules_quotas.GUARDS,
    *rules_restore.GUARDS,
    *rules_scaling.GUARDS,
    *rules_secrets.GUARDS,
    *rules_services.GUARDS,
    *rules_transport.GUARDS,
)
"""Every guard."""


def check(environment: str, documents: Mapping[str, Mapping[str, Any]], intent: Intent | None = None) -> Verdict:
    """Check all layers of an environment together.

    Args:
        environment: the environment's name, for messages.
        documents: the Terraform JSON of each stack, by layer.
        intent: what the environment file allows (`layers.guard_intent` derives it). Default: nothing.

    Returns:
        The findings that do not stop the synth: warnings, and what the environment waives.

    Raises:
        GuardError: lists every violation and every waiver that matches nothing, sorted.
    """
    stacks = CheckedStacks(documents=documents, intent=intent or Intent())
    file = f"environments/{environment}.toml"
    violations = sorted(violation for guard in GUARDS for violation in _violations(guard, stacks, file))
    waivers = stacks.intent.waivers
    waived = [
        Waived(violation=violation, reason=waiver.reason)
        for violation in violations
        for waiver in waivers
        if (waiver.guard, waiver.address) == (violation.guard, violation.address)
    ]
    excused = {each.violation for each in waived}
    remaining = [violation for violation in violations if violation not in excused]
    errors = [violation for violation in remaining if violation.severity == "error"]
    errors += _unused_waivers(waivers, {(violation.guard, violation.address) for violation in excused}, file)
    if errors:
        raise GuardError(environment, errors)
    return Verdict(warnings=tuple(remaining), waived=tuple(waived))


def _violations(guard: Guard, stacks: CheckedStacks, file: str) -> Iterator[Violation]:
    for address, message, *keys in guard.check(stacks):
        key = keys[0] if keys else guard.key
        yield Violation(
            severity=guard.severity,
            lesson=guard.lesson,
            address=address,
            message=message,
            fix=guard.fix,
            guard=guard.name,
            decided_by=f"{file}, {key}" if key else "",
        )


def _unused_waivers(waivers: tuple[Waiver, ...], used: set[tuple[str, str]], file: str) -> Iterator[Violation]:
    """Waivers that match no finding: what they excused is fixed, or they are misspelt."""
    names = {guard.name for guard in GUARDS}
    for number, waiver in enumerate(waivers):
        if (waiver.guard, waiver.address) in used:
            continue
        if waiver.guard in names:
            message = f'the waiver of {waiver.guard} for "{waiver.address}" matches no finding of that guard'
        else:
            close = get_close_matches(waiver.guard, names, n=1)
            message = f'there is no guard "{waiver.guard}"' + (f"; did you mean {close[0]}?" if close else "")
        yield Violation(
            severity="error",
            lesson="waiver",
            address=file,
            message=message,
            fix="remove the waiver, or copy guard and address from the output of `./windlass check`",
            guard="waivers_match_findings",
            decided_by=f"{file}, waivers[{number}]",
        )
