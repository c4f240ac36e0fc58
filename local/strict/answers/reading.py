"""From an answer to the members of its model: the reverse of a server's serialisers."""

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

from botocore.parsers import BaseCBORParser, ResponseParserError

from local.strict.calls import Call
from local.strict.decoding.documents import DocumentReader
from local.strict.decoding.scalars import check_timestamp, scalar
from local.strict.decoding.xml import XmlReader, parsed, tag
from local.strict.violations import Findings, Kind, member


@dataclass(frozen=True, kw_only=True)
class Given:
    """An answer of the embedded AWS."""

    method: str
    """Of the request: an answer to `HEAD` has no body."""
    status: int
    headers: Iterable[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header; `None` if it is not there."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def read_answer(call: Call, given: Given, findings: Findings) -> dict[str, Any] | None:
    """The members of an answer by the model's names; `None` if its body cannot be read.

    Args:
        call: what was answered; its operation has an output shape.
        given: the answer.
        findings: receives what is of another type, null, or unknown to the model.
    """
    shape = call.operation.output_shape
    try:
        match call.protocol:
            case "ec2":
                reader = XmlReader(findings, ec2=True, answer=True)
                return reader.structure(shape, parsed(given.body), "", ignored=("requestId",))
            case "query":
                return _query(shape, given.body, findings)
            case "json":
                return _document(shape, json.loads(given.body or b"{}"), findings)
            case "cbor":
                return _document(shape, cbor(given.body), findings)
        return _rest(call, shape, given, findings)
    except (ValueError, ParseError, ResponseParserError):
        findings.add("", Kind.UNREADABLE, f"be {call.protocol}")
        return None


def cbor(body: bytes) -> Any:
    """The value of a body in CBOR."""
    return BaseCBORParser().parse_data_item(io.BufferedReader(io.BytesIO(body)))


def _document(shape: Any, document: Any, findings: Findings, *, in_body: bool = False) -> dict[str, Any] | None:
    read = DocumentReader(findings, answer=True).value(shape, document, "", in_body=in_body)
    return read if isinstance(read, dict) else None


def _query(shape: Any, body: bytes, findings: Findings) -> dict[str, Any] | None:
    root = parsed(body)
    wrapper = shape.serialization.get("resultWrapper")
    wrapped = next((child for child in root if tag(child) == wrapper), None)
    if wrapper and wrapped is None:
        if shape.members:
            findings.add("", Kind.TYPE, f"have the element {wrapper}")
        return None
    reader = XmlReader(findings, answer=True)
    return reader.structure(shape, root if wrapped is None else wrapped, "", ignored=("ResponseMetadata",))


def _rest(call: Call, shape: Any, given: Given, findings: Findings) -> dict[str, Any] | None:
    members = _headers(shape, given, findings)
    payload = shape.serialization.get("payload")
    has_body = payload is not None or any("location" not in one.serialization for one in shape.members.values())
    if given.method == "HEAD" or not given.body or not has_body:
        return members
    described = shape if payload is None else shape.members[payload]
    if described.type_name in ("blob", "string"):
        members[str(payload)] = given.body if described.type_name == "blob" else given.body.decode(errors="replace")
        return members
    if call.protocol == "rest-json":
        read = _document(described, json.loads(given.body), findings, in_body=payload is None)
    else:
        read = _xml(call, described, given.body, findings)
    if read is None:
        return None
    return {**members, **read} if payload is None else {**members, payload: read}


def _headers(shape: Any, given: Given, findings: Findings) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, described in shape.members.items():
        if described.serialization.get("location") != "header" or described.type_name in ("list", "structure"):
            continue
        text, place = given.header(described.serialization.get("name", name)), member("", name)
        if text is None:
            continue
        if described.type_name == "timestamp":
            check_timestamp(described, text, place, findings, "rfc822")
        members[name] = scalar(described, text, place, findings)
    return members


def _xml(call: Call, shape: Any, body: bytes, findings: Findings) -> dict[str, Any] | None:
    root = parsed(body)
    # Answers of S3 have other names than their shapes; moto's additions to the model have these names.
    wanted = shape.serialization.get("resultWrapper") or shape.serialization.get("name")
    if wanted and tag(root) != wanted:
        findings.add("", Kind.TYPE, f"have the root {wanted}", tag(root))
        return None
    if call.operation.name == "GetBucketLocation":  # its root is its only member
        return {"LocationConstraint": root.text} if root.text else {}
    return XmlReader(findings, answer=True).structure(shape, root, "")
