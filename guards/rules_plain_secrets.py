"""The guard against secrets in plain text, wherever in the JSON they stand (A02, D03)."""

from collections.abc import Iterator, Mapping
from typing import Any

from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.plain_text import texts, why_secret

_EMBEDDED_AWS_KEYS = (("access_key", "testing"), ("secret_key", "testing"))
"""What the embedded AWS is given, which accepts any; a key of AWS has 16 characters at least, and a secret one 40."""


@guard("D03", fix="keep it in Secrets Manager, and let what needs it name the secret's ARN; then change the secret")
def no_secret_stands_in_plain_text(stacks: CheckedStacks) -> Iterator[Finding]:
    """No text anywhere in the JSON is a secret, by its name, its form or its randomness."""
    for address, body in _everything(stacks):
        for text in texts(body):
            if (why := why_secret(text)) is not None:
                yield address, f"{text.path} (not shown here) is a secret in plain text: {why}"


GUARDS: tuple[Guard, ...] = (no_secret_stands_in_plain_text,)


def _everything(stacks: CheckedStacks) -> Iterator[tuple[str, Any]]:
    """Every part of every document that Terraform reads, with its address."""
    for layer, document in stacks.documents.items():
        for section in ("resource", "data", "ephemeral"):
            for resource_type, bodies in document.get(section, {}).items():
                prefix = "" if section == "resource" else f"{section}."
                for name, body in bodies.items():
                    yield f"{layer}: {prefix}{resource_type}.{name}", _real(body)
        for section in ("locals", "output", "terraform", "variable"):
            yield f"{layer}: {section}", _real(document.get(section, {}))
        for name, providers in document.get("provider", {}).items():
            for provider in providers if isinstance(providers, list) else [providers]:
                yield f"{layer}: provider.{name}", _real(provider)


def _real(body: Any) -> Any:
    """Without the keys of the embedded AWS, which are no secret."""
    if isinstance(body, list):
        return [_real(item) for item in body]
    if not isinstance(body, Mapping):
        return body
    return {key: _real(item) for key, item in body.items() if (key, item) not in _EMBEDDED_AWS_KEYS}
