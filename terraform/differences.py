"""What differs between two sets of Terraform JSON, as text: for people who review a change of an environment."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_LONGEST = 100
_NOTHING = object()


def differences(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One line for each difference.

    Args:
        before: Terraform JSON of each stack, by layer.
        after: the same, later.

    Returns:
        Lines such as `network: aws_kms_key.key_key: deletion_window_in_days was 30 and becomes 7`, sorted. JSON inside
        strings, such as policies and containers, is compared part by part.
    """
    return [
        f"{layer}: {line}"
        for layer in sorted({*before, *after})
        for line in _of_layer(_blocks(before.get(layer, {})), _blocks(after.get(layer, {})))
    ]


def _of_layer(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for address in sorted({*before, *after}):
        if address not in before:
            yield f"{address} is new"
        elif address not in after:
            yield f"{address} is gone"
        else:
            yield from (f"{address}: {line}" for line in _of_block(before[address], after[address]))


def _of_block(before: Any, after: Any) -> Iterator[str]:
    old, new = dict(_parts("", before)), dict(_parts("", after))
    for path in sorted({*old, *new}):
        was, becomes = old.get(path, _NOTHING), new.get(path, _NOTHING)
        if was is _NOTHING:
            yield f"{path} becomes {_short(becomes)}"
        elif becomes is _NOTHING:
            yield f"{path} was {_short(was)} and is left out"
        elif was != becomes:
            yield f"{path} was {_short(was)} and becomes {_short(becomes)}"


def _blocks(document: Mapping[str, Any]) -> dict[str, Any]:
    """Every block of a document by its address; sections without types by their names."""
    blocks: dict[str, Any] = {}
    for section, content in document.items():
        if section in ("resource", "data", "ephemeral"):
            prefix = "" if section == "resource" else f"{section}."
            for kind, bodies in content.items():
                blocks |= {f"{prefix}{kind}.{name}": body for name, body in bodies.items()}
        elif section in ("output", "locals", "variable", "module", "check"):
            blocks |= {f"{section}.{name}": body for name, body in content.items()}
        elif section != "//":
            blocks[section] = content
    return blocks


def _parts(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every value inside a block, with its path."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except ValueError:
            yield path or "value", value
            return
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _parts(f"{path}.{key}" if path else str(key), item)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _parts(f"{path}[{number}]", item)
    else:
        yield path or "value", value


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
