"""Readable Terraform addresses.

cdktf appends a hash of the construct's path to every name below the first level:
`aws_subnet.networking_private-eu-west-1a_3F2A91C0`. The path alone is as unique and as stable, so the hash is removed:
`aws_subnet.networking_private-eu-west-1a`. Two constructs whose paths give the same name are an error.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

_HASHED = re.compile(r"(?<![\w-])[A-Za-z0-9_-]+_[0-9A-F]{8}(?![\w-])")


def readable(document: dict[str, Any]) -> dict[str, Any]:
    """The same configuration, with construct paths as names.

    Raises:
        ValueError: two constructs would get the same name.
    """
    names = _names(document)
    text = json.dumps(_without_metadata(document))
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
                metadata = body.get("//", {}).get("metadata")
                if metadata is not None:
                    yield f"{section}.{resource_type}", metadata


def _without_metadata(document: dict[str, Any]) -> dict[str, Any]:
    """Without cdktf's metadata on each resource. That on the stack stays, since `cdktf` commands read it."""
    stripped = dict(document)
    for section in ("resource", "data"):
        if section in stripped:
            stripped[section] = {
                resource_type: {name: {k: v for k, v in body.items() if k != "//"} for name, body in bodies.items()}
                for resource_type, bodies in stripped[section].items()
            }
    return stripped
