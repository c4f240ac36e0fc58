"""Values against what the model demands of them: required members, enums, lengths, ranges, patterns and unions."""

from typing import Any

from local.strict.patterns import matches
from local.strict.violations import Findings, Kind, element, entry, member

NUMBERS = ("integer", "long", "float", "double")
INTEGER_LIMIT = 2**31
SHOWN_WORDS = 20
"""Of an enum, in a message."""


def check(shape: Any, value: Any, findings: Findings, path: str = "") -> None:
    """Note what is wrong with a decoded value.

    Args:
        shape: what the model says of it.
        value: as `decode_request` returns it; what it could not read is noted already, and is `None`.
        findings: receives violations.
        path: where the value stands.
    """
    if value is None:
        return
    match shape.type_name:
        case "structure":
            _structure(shape, value, findings, path)
        case "list":
            _length(shape, len(value), findings, path, None)
            for number, one in enumerate(value, start=1):
                check(shape.member, one, findings, element(path, number))
        case "map":
            _length(shape, len(value), findings, path, None)
            for key, one in value.items():
                check(shape.key, key, findings, path)
                check(shape.value, one, findings, entry(path, key))
        case "string" | "character":
            _string(shape, value, findings, path)
        case "blob":
            _length(shape, len(value), findings, path, None)
        case kind if kind in NUMBERS:
            _number(shape, value, findings, path)


def _structure(shape: Any, value: dict[str, Any], findings: Findings, path: str) -> None:
    metadata = shape.metadata
    if shape.is_document_type:
        return
    for name in metadata.get("required", ()):
        # A member that could not be read is there, and noted already.
        if name not in value:
            findings.add(member(path, name), Kind.REQUIRED, "not be null")
    # A member that this model does not know yet is one of a newer model.
    newer = any(one.kind is Kind.UNKNOWN and one.path.startswith(path) for one in findings.violations)
    if metadata.get("union") and len(value) != 1 and not newer:
        findings.add(path, Kind.UNION, f"have exactly one of [{', '.join(shape.members)}]")
    members = shape.members
    for name, one in value.items():
        check(members[name], one, findings, member(path, name))


def _string(shape: Any, value: str, findings: Findings, path: str) -> None:
    metadata = shape.metadata
    _length(shape, len(value), findings, path, value)
    words = metadata.get("enum")
    if words and value not in words:
        shown = ", ".join(words[:SHOWN_WORDS]) + (", …" if len(words) > SHOWN_WORDS else "")
        findings.add(path, Kind.ENUM, f"satisfy enum value set: [{shown}]", value, shape)
    pattern = metadata.get("pattern")
    if pattern is not None and not matches(pattern, value):
        findings.add(path, Kind.PATTERN, f"satisfy regular expression pattern: {pattern}", value, shape)


def _number(shape: Any, value: float, findings: Findings, path: str) -> None:
    metadata = shape.metadata
    if "min" in metadata and value < metadata["min"]:
        findings.add(path, Kind.MIN, f"have value greater than or equal to {metadata['min']}", value, shape)
    if "max" in metadata and value > metadata["max"]:
        findings.add(path, Kind.MAX, f"have value less than or equal to {metadata['max']}", value, shape)
    if shape.type_name == "integer" and not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
        findings.add(path, Kind.TYPE, "be an integer of 32 bits", value, shape)


def _length(shape: Any, length: int, findings: Findings, path: str, value: Any) -> None:
    metadata = shape.metadata
    if "min" in metadata and length < metadata["min"]:
        findings.add(path, Kind.MIN_LENGTH, f"have length greater than or equal to {metadata['min']}", value, shape)
    if "max" in metadata and length > metadata["max"]:
        findings.add(path, Kind.MAX_LENGTH, f"have length less than or equal to {metadata['max']}", value, shape)
