"""What an expression stands for: an output read by remote state is the same thing as the resource behind it."""

import json
import re
from collections.abc import Mapping
from typing import Any

_KEY = r"(?:\.[A-Za-z_][\w-]*|\[\\?\"[^\"\\]+\\?\"\]|\['[^']+'\]|\[\d+\])"
_REFERENCE = re.compile(
    r"\$\$\{[^}]*\}|(?P<open>\$\{\s*)?(?<![\w.-])(?:"
    rf"data\.terraform_remote_state\.(?P<layer>[\w-]+)\.outputs\.(?P<output>\w[\w-]*)(?P<keys>{_KEY}*)"
    r"|local\.(?P<local>[\w-]+)"
    r"|(?P<type>(?:data\.|ephemeral\.)?[a-z][a-z0-9]*_[a-z0-9_]+)\.(?P<name>[A-Za-z_][\w-]*)\.(?P<attribute>[a-z_0-9]+)"
    r")(?(open)\s*\})"
)
_THING = re.compile(r"<([\w-]+: [\w.-]+)>")
_SAME = {("aws_secretsmanager_secret_version", "arn"): "secret_id"}
"""Attributes that name another resource although they are no arguments: a version's ARN is its secret's."""


class References:
    """Sees through references within a layer (locals, arguments handed on) and between layers (outputs)."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """`documents` are the Terraform JSON of each stack, by layer."""
        self._documents = documents
        self._known: dict[tuple[str, str], str] = {}

    def canonical(self, layer: str, value: Any) -> str:
        """A value of a layer with every reference replaced by `<layer: type.name>.attribute`.

        Two values that are the same thing have one canonical form, whichever way they came. What is no string becomes
        JSON.
        """
        text = value if isinstance(value, str) else json.dumps(value)
        if "${" not in text:
            return text
        known = self._known.get((layer, text))
        if known is None:
            self._known[layer, text] = text  # a reference in a circle stays as it is
            known = self._known[layer, text] = _REFERENCE.sub(lambda match: self._meaning(layer, match), text)
        return known

    def things(self, layer: str, value: Any) -> frozenset[str]:
        """Addresses of every resource that a value of a layer refers to, in the end."""
        return frozenset(_THING.findall(self.canonical(layer, value)))

    def identities(self, layer: str, values: Any) -> frozenset[str]:
        """What the items of a list (or one value) are: addresses where they are references, else what stands there."""
        found: set[str] = set()
        for value in values if isinstance(values, list | tuple) else [values]:
            if value is not None and value != "":
                found |= self.things(layer, value) or {self.canonical(layer, value)}
        return frozenset(found)

    def _meaning(self, layer: str, match: "re.Match[str]") -> str:
        if match[0].startswith("$${"):  # doubled, so that Terraform takes it literally
            return match[0]
        if match["layer"]:
            return self._output(match)
        if match["local"]:
            local = self._documents.get(layer, {}).get("locals", {}).get(match["local"])
            return match[0] if local is None else self.canonical(layer, local)
        resource_type, name, attribute = match["type"], match["name"], match["attribute"]
        here = f"<{layer}: {resource_type}.{name}>.{attribute}"
        section, _, plain = resource_type.rpartition(".")
        body = self._documents.get(layer, {}).get(section or "resource", {}).get(plain, {}).get(name)
        if body is None:
            return here
        # An argument handed on (`aws_s3_bucket_policy.x.bucket`) is what it was given.
        handed_on = body.get(_SAME.get((plain, attribute), attribute))
        if not isinstance(handed_on, str) or "${" not in handed_on:
            return here
        seen_through = self.canonical(layer, handed_on)
        return seen_through if _THING.search(seen_through) else here

    def _output(self, match: "re.Match[str]") -> str:
        layer = match["layer"]
        outputs = self._documents.get(layer, {}).get("output", {})
        if match["output"] not in outputs:
            return match[0]
        value = outputs[match["output"]]["value"]
        for key in re.findall(_KEY, match["keys"] or ""):
            word = re.sub(r"^\.|^\[\\?[\"']?|\\?[\"']?\]$", "", key)
            if isinstance(value, Mapping) and word in value:
                value = value[word]
            elif isinstance(value, list) and word.isdigit() and int(word) < len(value):
                value = value[int(word)]
            else:
                return match[0]
        return self.canonical(layer, value)
