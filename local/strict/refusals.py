"""Errors in AWS's words and in the form of the protocol.

The code of an error decides whether a client tries again. Status 400 is tried again for a few codes only, none of which
is used here; of the others, clients repeat 500, 502, 503 and 504, up to 25 times in the AWS provider, and never 501.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from local.strict.calls import Call
from local.strict.violations import Kind, Violation

BY_MODEL = "(refused by AWS's model)"
"""Ends every refusal: AWS itself may be looser than its model, and then the table of exceptions has a gap."""
MOST_SENTENCES = 10
MODELLED_CODES = ("ValidationException", "InvalidParameterException", "InvalidRequestException")
"""Of services in JSON: the first of these that the operation lists, else the first."""
MALFORMED_XML = "The XML you provided was not well-formed or did not validate against our published schema"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer of HTTP."""

    status: str
    """Such as `400 Bad Request`."""
    headers: list[tuple[str, str]]
    body: bytes


def refusal(call: Call, violations: Sequence[Violation]) -> Answer:
    """The error by which AWS refuses a request.

    Args:
        call: the operation.
        violations: what is wrong, one or more.
    """
    if call.protocol == "ec2":
        code, message = _ec2(violations)
    elif call.service == "s3":
        in_body = any(one.kind is Kind.UNREADABLE or "." in one.path for one in violations)
        code = "MalformedXML" if in_body else "InvalidArgument"
        message = f"{MALFORMED_XML}. {_sentences(violations)}" if in_body else _sentences(violations)
    else:
        code, message = _code(call, violations), _sentences(violations)
    return error(call, status="400 Bad Request", code=code, message=f"{message} {BY_MODEL}")


def error(call: Call | None, *, status: str, code: str, message: str, protocol: str = "") -> Answer:
    """An error in the protocol's form.

    Args:
        call: the operation, `None` if no model knows it.
        status: of HTTP.
        code: AWS's code.
        message: for people.
        protocol: the protocol if `call` is `None`. Default: `rest-xml`, which S3 speaks.
    """
    request_id = secrets.token_hex(8).upper()
    protocol = call.protocol if call is not None else protocol
    headers = [("x-amzn-RequestId", request_id)]
    match protocol:
        case "json" | "rest-json" | "cbor":
            body = {"__type": code, "message": message}
            headers += [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code)]
            return Answer(status=status, headers=headers, body=_document(protocol, body, headers))
        case "ec2":
            inner = f"<Errors><Error>{_elements(code, message)}</Error></Errors><RequestID>{request_id}</RequestID>"
            text = f"<Response>{inner}</Response>"
        case "query":
            inner = f"<Error><Type>Sender</Type>{_elements(code, message)}</Error>"
            text = f"<ErrorResponse>{inner}<RequestId>{request_id}</RequestId></ErrorResponse>"
        case _ if call is None or call.service == "s3":
            text = f"<Error>{_elements(code, message)}<RequestId>{request_id}</RequestId></Error>"
        case _:
            inner = f"<Error><Type>Sender</Type>{_elements(code, message)}</Error>"
            text = f"<ErrorResponse>{inner}<RequestId>{request_id}</RequestId></ErrorResponse>"
    headers.append(("Content-Type", "text/xml"))
    return Answer(status=status, headers=headers, body=f'<?xml version="1.0"?>{text}'.encode())


def _document(protocol: str, body: dict[str, Any], headers: list[tuple[str, str]]) -> bytes:
    if protocol != "cbor":
        return json.dumps(body).encode()
    from botocore.serialize import CBORSerializer  # here: few requests are in CBOR

    headers[-2] = ("Content-Type", "application/cbor")
    headers.append(("smithy-protocol", "rpc-v2-cbor"))
    written = bytearray()
    CBORSerializer()._serialize_data_item(written, body, None)
    return bytes(written)


def _elements(code: str, message: str) -> str:
    return f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"


def _code(call: Call, violations: Sequence[Violation]) -> str:
    unreadable = all(one.kind in (Kind.TYPE, Kind.UNREADABLE) for one in violations)
    if call.protocol in ("json", "rest-json", "cbor"):
        if unreadable:
            return "SerializationException"
        names = {shape.name for shape in call.operation.error_shapes}
        return next((code for code in MODELLED_CODES if code in names), MODELLED_CODES[0])
    if call.protocol == "query":
        return "MalformedInput" if unreadable else "ValidationError"
    return "InvalidInput"


def _sentences(violations: Sequence[Violation]) -> str:
    """The words of most services: `1 validation error detected: Value 'a b' at 'name' failed to satisfy …`."""
    count = len(violations)
    sentences = [_sentence(one) for one in violations[:MOST_SENTENCES]]
    return f"{count} validation error{'s' if count > 1 else ''} detected: {'; '.join(sentences)}"


def _sentence(violation: Violation) -> str:
    value = "null" if violation.kind is Kind.REQUIRED else f"'{violation.value}'" if violation.value else ""
    place = f" at '{violation.path}'" if violation.path else ""
    subject = " ".join(filter(None, ("Value", value)))
    return f"{subject}{place} failed to satisfy constraint: Member must {violation.bound}"


def _ec2(violations: Sequence[Violation]) -> tuple[str, str]:
    """EC2's code and words, which name the first mistake alone."""
    first = violations[0]
    parameter = first.path.replace(".member", "") or "the request"
    if first.kind is Kind.REQUIRED:
        return "MissingParameter", f"The request must contain the parameter {parameter}"
    value = f" ({first.value})" if first.value else ""
    return "InvalidParameterValue", f"Value{value} for parameter {parameter} is invalid. It must {first.bound}"
