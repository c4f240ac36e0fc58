"""Numbers, booleans, blobs and timestamps that are written as text: in forms, headers, paths, queries and XML."""

import base64
import binascii
import datetime
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
