"""The guard against secrets in plain text anywhere in the JSON (A02, D03)."""

from collections.abc import Iterator
from typing import Any

from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.plain_text import texts, why_secret

_EMBEDDED_AWS_KEYS = frozenset({("access_key", "testing"), ("secret_key", "testing")})
"""Credentials of the embedded AWS, which accepts any. Real ones are longer: at least 16 and 40 characters."""


@guard("D03", fix="store it in Secrets Manager, refer to it by ARN, and rotate the exposed value")
def no_secret_is_in_plain_text(stacks: CheckedStacks) -> Iterator[Finding]:
    """No string in the JSON is a secret by its name, its format or its randomness."""
    for address, body in _everything(stacks):
        for text in stacks.texts.get(address) or texts(body):
            if (text.name, text.value) in _EMBEDDED_AWS_KEYS:
                continue
            if (why := why_secret(text)) is not None:
                yield address, f"{text.path} (not shown here) is a secret in plain text: {why}"


GUARDS: tuple[Guard, ...] = (no_secret_is_in_plain_text,)


def _everything(stacks: CheckedStacks) -> Iterator[tuple[str, Any]]:
    """Every part of every document, with its address."""
    for layer, document in stacks.documents.items():
        for section in ("resource", "data", "ephemeral"):
            for resource_type, bodies in document.get(section, {}).items():
                prefix = "" if section == "resource" else f"{section}."
                for name, body in bodies.items():
                    yield f"{layer}: {prefix}{resource_type}.{name}", body
        for section in ("locals", "output", "terraform", "variable"):
            yield f"{layer}: {section}", document.get(section, {})
        for name, providers in document.get("provider", {}).items():
            for provider in providers if isinstance(providers, list) else [providers]:
                yield f"{layer}: provider.{name}", provider
