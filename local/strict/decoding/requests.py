"""A whole request: its path, query, headers and body."""

import io
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl
from xml.etree.ElementTree import ParseError

from botocore.parsers import BaseCBORParser, ResponseParserError

from local.strict.calls import Call
from local.strict.decoding.documents import DocumentReader
from local.strict.decoding.forms import FormReader, tree
from local.strict.decoding.scalars import scalar
from local.strict.decoding.xml import XmlReader, parsed, tag
from local.strict.violations import Findings, Kind, member

COMMON_PARAMETERS = {"x-id"}
"""Of queries: botocore and others say in it which operation they mean."""
SIGNATURE_PREFIX = "x-amz-"
"""Of the parameters of a presigned URL."""


def decode_request(call: Call, environ: Mapping[str, Any], body: bytes, findings: Findings) -> dict[str, Any] | None:
    """The members of a request by the model's names; `None` if its body cannot be read.

    Args:
        call: the operation that it is for.
        environ: of WSGI; its input is not read.
        body: what was sent.
        findings: receives what is of another type, and what no model knows.
    """
    shape = call.operation.input_shape
    if shape is None:
        return {}
    match call.protocol:
        case "query" | "ec2":
            fields = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
            return FormReader(findings, ec2=call.protocol == "ec2").structure(shape, tree(fields), "")
        case "json" | "cbor":
            return _document(call.protocol, shape, body, "", findings)  # type: ignore[no-any-return]
    return _rest(call, shape, environ, body, findings)


def _rest(call: Call, shape: Any, environ: Mapping[str, Any], body: bytes, findings: Findings) -> dict[str, Any] | None:
    decoded = _outside_the_body(call, shape, environ, findings)
    payload = shape.serialization.get("payload")
    if payload is None:
        if not body:
            return decoded
        rest = _document(call.protocol, shape, body, "", findings, in_body=True)
        return None if rest is None else {**decoded, **rest}
    described = shape.members[payload]
    if not body:
        return decoded
    if described.type_name == "blob":
        decoded[payload] = body
    elif described.type_name == "string":
        decoded[payload] = body.decode(errors="replace")
    else:
        decoded[payload] = _document(call.protocol, described, body, member("", payload), findings)
    return decoded


def _outside_the_body(call: Call, shape: Any, environ: Mapping[str, Any], findings: Findings) -> dict[str, Any]:
    decoded: dict[str, Any] = {}
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    known = COMMON_PARAMETERS | set(call.operation.http_trait.query_args)
    takes_any = False
    for name, described in shape.members.items():
        written, place = described.serialization.get("name", name), member("", name)
        match described.serialization.get("location"):
            case "uri":
                if call.path_values.get(written) is not None:
                    decoded[name] = scalar(described, call.path_values[written], place, findings)
            case "querystring":
                known.add(written)
                if described.type_name == "map":
                    takes_any = True
                elif written in query:
                    decoded[name] = _texts(described, query[written], place, findings)
            case "header":
                text = environ.get(_variable(written))
                if text is not None and not described.serialization.get("jsonvalue"):
                    texts = text.split(",") if described.type_name == "list" else [text]
                    decoded[name] = _texts(described, texts, place, findings)
            case "headers":
                prefix = _variable(written)
                values = {key.removeprefix(prefix): one for key, one in environ.items() if key.startswith(prefix)}
                if values:
                    decoded[name] = values
    for key in () if takes_any else query.keys() - known:
        if not key.lower().startswith(SIGNATURE_PREFIX):
            findings.add(member("", key), Kind.UNKNOWN, "be a parameter of the model")
    return decoded


def _texts(shape: Any, texts: list[str], path: str, findings: Findings) -> Any:
    if shape.type_name == "list":
        return [scalar(shape.member, text.strip(), path, findings) for text in texts]
    return scalar(shape, texts[0], path, findings)


def _variable(header: str) -> str:
    """WSGI's name of a header."""
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


def _document(protocol: str, shape: Any, body: bytes, path: str, findings: Findings, *, in_body: bool = False) -> Any:
    try:
        if protocol == "rest-xml":
            root = parsed(body)
            wanted = shape.serialization.get("name")
            if wanted and tag(root) != wanted:
                findings.add(path, Kind.UNREADABLE, f"be XML whose root is {wanted}")
                return None
            return XmlReader(findings).value(shape, root, path)
        if protocol == "cbor":
            document = BaseCBORParser().parse_data_item(io.BufferedReader(io.BytesIO(body))) if body else {}
        else:
            document = json.loads(body or b"{}")
    except (ValueError, ParseError, ResponseParserError):
        findings.add(path, Kind.UNREADABLE, f"be {protocol.removeprefix('rest-').upper()}")
        return None
    return DocumentReader(findings).value(shape, document, path, in_body=in_body)
