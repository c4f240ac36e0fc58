"""All layers of an environment as one configuration: where one reads another's output, the resource itself stands.

So that scanners see what Terraform sees across states, and one plan shows the whole environment before anything exists.
"""

import json
import re
from typing import Any

from tests.support.documents import Documents

_OUTPUT = re.compile(
    r"(?P<open>\$\{)?data\.terraform_remote_state\.(?P<layer>\w+)\.outputs\.(?P<name>\w+)(?:\.(?P<key>[\w-]+))?(?(open)\})"
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
    made: dict[str, Any] = json.loads(json.dumps(whole))
    return _seen_through(made, documents)  # type: ignore[no-any-return]


def providers(documents: Documents) -> dict[str, Any]:
    """The providers of all layers, each once: they differ in a tag only."""
    found: dict[str, dict[str, Any]] = {}
    for layer in documents.values():
        for name, configurations in layer["provider"].items():
            for configuration in configurations:
                found.setdefault(name, {}).setdefault(configuration.get("alias", ""), configuration)
    return {name: list(by_alias.values()) for name, by_alias in found.items()}


def _seen_through(value: Any, documents: Documents) -> Any:
    if isinstance(value, dict):
        return {key: _seen_through(item, documents) for key, item in value.items()}
    if isinstance(value, list):
        return [_seen_through(item, documents) for item in value]
    if not isinstance(value, str):
        return value
    while "data.terraform_remote_state." in value:
        value = _OUTPUT.sub(lambda match: _meaning(match, documents), value)
    return value


def _meaning(match: "re.Match[str]", documents: Documents) -> str:
    found = documents[match["layer"]]["output"][match["name"]]["value"]
    text = str(found[match["key"]] if match["key"] else found)
    if match["open"]:
        return text
    return text[2:-1] if text.startswith("${") else json.dumps(text)
