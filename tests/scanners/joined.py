"""Joins all layers of an environment into one configuration, in which outputs of other layers are resolved.

Scanners then see references across states, and a single plan covers the whole environment.
"""

import json
import re
from typing import Any

from tests.support.documents import Documents

_OUTPUT = re.compile(
    r"(?P<open>\$\{)?data\.terraform_remote_state\.(?P<layer>\w+)\.outputs\.(?P<name>\w+)(?P<keys>(?:\.[\w-]+)*)(?(open)\})"
)
_SECTIONS = ("resource", "data", "ephemeral", "locals")


def joined(documents: Documents) -> dict[str, Any]:
    """One configuration without backend, outputs and providers."""
    whole: dict[str, Any] = {}
    for layer in documents.values():
        for section in _SECTIONS:
            for kind, bodies in layer.get(section, {}).items():
                if kind == "terraform_remote_state":
                    continue
                if section == "locals":
                    assert kind not in whole.setdefault(section, {}), f"two locals are called {kind}"
                    whole[section][kind] = bodies
                    continue
                known = whole.setdefault(section, {}).setdefault(kind, {})
                assert not set(known) & set(bodies), f"two layers call a {kind} the same"
                known.update(bodies)
    copied: dict[str, Any] = json.loads(json.dumps(whole))
    return _resolved(copied, documents)  # type: ignore[no-any-return]


def providers(documents: Documents) -> dict[str, Any]:
    """The providers of all layers, once each; they differ only in a tag."""
    by_name: dict[str, dict[str, Any]] = {}
    for layer in documents.values():
        for name, configurations in layer["provider"].items():
            for configuration in configurations:
                by_name.setdefault(name, {}).setdefault(configuration.get("alias", ""), configuration)
    return {name: list(by_alias.values()) for name, by_alias in by_name.items()}


def _resolved(value: Any, documents: Documents) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(item, documents) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, documents) for item in value]
    if not isinstance(value, str):
        return value
    while "data.terraform_remote_state." in value:
        value = _OUTPUT.sub(lambda match: _resolve(match, documents), value)
    return value


def _resolve(match: "re.Match[str]", documents: Documents) -> str:
    value = documents[match["layer"]]["output"][match["name"]]["value"]
    for key in match["keys"].split(".")[1:]:
        value = value[key]
    text = str(value)
    if match["open"]:
        return text
    return text[2:-1] if text.startswith("${") else json.dumps(text)
