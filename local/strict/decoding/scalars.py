"""Numbers, booleans, blobs and timestamps that are written as text: in forms, headers, paths, queries and XML."""

import base64
import binascii
import datetime
import re
from email.utils import parsedate_to_datetime
from typing import Any

from local.strict.violations import Findings, Kind

ARTICLES = {"integer": "an integer", "long": "a long", "list": "a list", "map": "a map"}


def type_bound(kind: str) -> str:
    """The words that say which type is demanded."""
    return f"be {ARTICLES.get(kind, f'a {kind}')}"


def is_timestamp(value: Any) -> bool:
    """Whether it is a point in time in a form that AWS reads: ISO 8601, seconds since 1970, or that of HTTP."""
    if isinstance(value, (int, float)):
        return True
    for read in (datetime.datetime.fromisoformat, float, parsedate_to_datetime):
        try:
            read(value)
        except (ValueError, TypeError):
            continue
        return True
    return False


ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")
TIMESTAMP_FORMS = {
    "iso8601": lambda value: isinstance(value, str) and ISO_8601.fullmatch(value) is not None,
    "unixTimestamp": lambda value: isinstance(value, (int, float)) or _is_number(value),
    "rfc822": lambda value: isinstance(value, str) and value.endswith(" GMT"),
}
"""The model's name of a form → whether a value has it. SDKs of Go read a timestamp in its own form only."""


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value) is not None


def check_timestamp(shape: Any, value: Any, path: str, findings: Findings, default_form: str) -> None:
    """Note a timestamp of an answer that is not in the form of its shape.

    Args:
        shape: of the timestamp.
        value: as it was sent.
        path: where.
        findings: receives violations.
        default_form: of the protocol, for shapes that say nothing.
    """
    form = shape.serialization.get("timestampFormat", default_form)
    if not TIMESTAMP_FORMS[form](value):
        findings.add(path, Kind.TYPE, f"be a timestamp in the form {form}", value, shape)


def scalar(shape: Any, text: str, path: str, findings: Findings) -> Any:
    """The value of a text, or `None` where the text is no such value."""
    kind = shape.type_name
    try:
        match kind:
            case "integer" | "long":
                return int(text)
            case "float" | "double":
                return float(text)
            case "boolean":
                return {"true": True, "false": False}[text.strip().lower()]
            case "blob":
                return base64.b64decode(text)
            case "timestamp" if not is_timestamp(text.strip()):
                raise ValueError(text)
    except (ValueError, KeyError, binascii.Error):
        findings.add(path, Kind.TYPE, type_bound(kind), text, shape)
        return None
    return text
