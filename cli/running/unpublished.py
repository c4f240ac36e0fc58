"""Outputs that a layer reads and that the layer before it does not publish yet."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cli.running.stack import Stack

_READ = re.compile(r"data\.terraform_remote_state\.([\w-]+)\.outputs\.([\w.-]+)")


def unpublished(stack: Stack, outputs: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Layer → outputs of it that a stack reads and its state does not hold, such as `security_group_ids.shop`.

    Terraform plans nothing that reads an output which is not there: the group of a service that was added, for one.

    Args:
        stack: the layer that reads.
        outputs: layer → outputs in its state, by name; other layers are not judged.
    """
    missing: dict[str, list[str]] = {}
    for layer, path in _reads(stack):
        if layer in outputs and not _holds(outputs[layer], path):
            missing.setdefault(layer, []).append(path)
    return missing


def _reads(stack: Stack) -> Iterator[tuple[str, str]]:
    yield from sorted(set(_READ.findall(json.dumps(stack.document()))))


def _holds(outputs: Mapping[str, Any], path: str) -> bool:
    name, *keys = path.split(".")
    if name not in outputs:
        return False
    value = outputs[name]["value"]
    for key in keys:
        if not isinstance(value, Mapping):
            return True  # an attribute of a value, not a key of it
        if key not in value:
            return False
        value = value[key]
    return True
