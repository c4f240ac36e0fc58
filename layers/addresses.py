"""Terraform addresses that people can read at three in the morning.

cdktf appends a hash of the construct's path to every name below the first level:
`aws_subnet.networking_private-eu-west-1a_3F2A91C0`. The path alone says the same and is as stable, so the hash is taken
off: `aws_subnet.networking_private-eu-west-1a`. Two constructs whose paths read the same are refused.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

_HASHED = re.compile(r"(?<![\w-])[A-Za-z0-9_-]+_[0-9A-F]{8}(?![\w-])")


def readable(document: dict[str, Any]) -> dict[str, Any]:
    """The same configuration with names that are construct paths.

    Raises:
        ValueError: two constructs would get one name.
    """
    names = _names(document)
    text = json.dumps(_without_notes(document))
    renamed: dict[str, Any] = json.loads(_HASHED.sub(lambda match: names.get(match[0], match[0]), text))
    return renamed


def _names(document: dict[str, Any]) -> dict[str, str]:
    names: dict[str, str] = {}
    owners: dict[tuple[str, str], str] = {}
    for kind, metadata in _metadata(document):
        unique_id, path = metadata["uniqueId"], metadata["path"]
        name = re.sub(r"[^\w-]", "", "_".join(path.split("/")[1:]))
        owner = owners.setdefault((kind, name), path)
        if owner != path:
            raise ValueError(f"{owner} and {path} would both be {kind}.{name}; give one of them another id")
        names[unique_id] = name
    return names


def _metadata(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for section in ("resource", "data"):
        for resource_type, bodies in document.get(section, {}).items():
            for body in bodies.values():
                note = body.get("//", {}).get("metadata")
                if note is not None:
                    yield f"{section}.{resource_type}", note


def _without_notes(document: dict[str, Any]) -> dict[str, Any]:
    """Without cdktf's note on each resource; the one on the stack is what `cdktf` commands read."""
    kept = dict(document)
    for section in ("resource", "data"):
        if section in kept:
            kept[section] = {
                resource_type: {name: {k: v for k, v in body.items() if k != "//"} for name, body in bodies.items()}
                for resource_type, bodies in kept[section].items()
            }
    return kept
