"""Resolves Terraform references: an output read through remote state is the resource that the output publishes."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_KEY = r"(?:\.[A-Za-z_][\w-]*|\[\\?\"[^\"\\]+\\?\"\]|\['[^']+'\]|\[\d+\])"
_REFERENCE = re.compile(
    r"\$\$\{[^}]*\}|(?P<open>\$\{\s*)?(?<![\w.-])(?:"
    rf"data\.terraform_remote_state\.(?P<layer>[\w-]+)\.outputs\.(?P<output>\w[\w-]*)(?P<keys>{_KEY}*)"
    r"|local\.(?P<local>[\w-]+)"
    r"|(?P<type>(?:data\.|ephemeral\.)?[a-z][a-z0-9]*_[a-z0-9_]+)\.(?P<name>[A-Za-z_][\w-]*)\.(?P<attribute>[a-z_0-9]+)"
    r")(?(open)\s*\})"
)
_RESOURCE = re.compile(r"<([\w-]+: [\w.-]+)>")
_ALIASES = {("aws_secretsmanager_secret_version", "arn"): "secret_id"}
"""Computed attributes that equal an argument of the same resource: a secret version's ARN is its secret's."""


def _templates(value: Any) -> Iterator[str]:
    """Every string in a piece of JSON that has an expression."""
    if isinstance(value, str):
        if "${" in value:
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _templates(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _templates(item)


class References:
    """Resolves references within a layer (locals, arguments passed through) and between layers (outputs)."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """`documents` are the Terraform JSON of each stack, by layer."""
        self._documents = documents
        self._cache: dict[tuple[str, str], str] = {}

    def canonical(self, layer: str, value: Any) -> str:
        """A value of a layer with every reference replaced by `<layer: type.name>.attribute`.

        Two values that resolve to the same attribute have the same canonical form. Values other than strings are
        written as JSON.
        """
        text = value if isinstance(value, str) else json.dumps(value)
        if "${" not in text:
            return text
        cached = self._cache.get((layer, text))
        if cached is None:
            self._cache[layer, text] = text  # a circular reference is left as it is
            cached = self._cache[layer, text] = _REFERENCE.sub(lambda match: self._resolve(layer, match), text)
        return cached

    def resources(self, layer: str, value: Any) -> frozenset[str]:
        """Addresses of every resource that a value of a layer resolves to."""
        if isinstance(value, str):
            return frozenset(_RESOURCE.findall(self.canonical(layer, value)))
        return frozenset().union(*(self.resources(layer, text) for text in _templates(value)))

    def identities(self, layer: str, values: Any) -> frozenset[str]:
        """What the items of a list (or a single value) refer to: resource addresses, or the value itself."""
        identities: set[str] = set()
        for value in values if isinstance(values, list | tuple) else [values]:
            if value is not None and value != "":
                identities |= self.resources(layer, value) or {self.canonical(layer, value)}
        return frozenset(identities)

    def _resolve(self, layer: str, match: "re.Match[str]") -> str:
        if match[0].startswith("$${"):  # escaped, so Terraform takes it literally
            return match[0]
        if match["layer"]:
            return self._resolve_output(match)
        if match["local"]:
            local = self._documents.get(layer, {}).get("locals", {}).get(match["local"])
            return match[0] if local is None else self.canonical(layer, local)
        resource_type, name, attribute = match["type"], match["name"], match["attribute"]
        here = f"<{layer}: {resource_type}.{name}>.{attribute}"
        section, _, plain = resource_type.rpartition(".")
        body = self._documents.get(layer, {}).get(section or "resource", {}).get(plain, {}).get(name)
        if body is None:
            return here
        # An argument read as an attribute (`aws_s3_bucket_policy.x.bucket`) has the value it was given.
        argument = body.get(_ALIASES.get((plain, attribute), attribute))
        if not isinstance(argument, str) or "${" not in argument:
            return here
        resolved = self.canonical(layer, argument)
        return resolved if _RESOURCE.search(resolved) else here

    def _resolve_output(self, match: "re.Match[str]") -> str:
        layer = match["layer"]
        outputs = self._documents.get(layer, {}).get("output", {})
        if match["output"] not in outputs:
            return match[0]
        value = outputs[match["output"]]["value"]
        for accessor in re.findall(_KEY, match["keys"] or ""):
            key_name = re.sub(r"^\.|^\[\\?[\"']?|\\?[\"']?\]$", "", accessor)
            if isinstance(value, Mapping) and key_name in value:
                value = value[key_name]
            elif isinstance(value, list) and key_name.isdigit() and int(key_name) < len(value):
                value = value[int(key_name)]
            else:
                return match[0]
        return self.canonical(layer, value)
