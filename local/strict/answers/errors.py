"""Errors of the embedded AWS against those that the model lists for the operation.

A client looks at the code of an error: a waiter ends at `DBInstanceNotFound`, and the AWS provider takes one as "is
gone". A code that AWS never answers with there leads both somewhere else than on AWS.
"""

import json
from typing import Any
from xml.etree.ElementTree import ParseError

from local.strict.answers.reading import Given, cbor
from local.strict.calls import Call
from local.strict.decoding.xml import parsed, tag
from local.strict.violations import Findings, Kind

COMMON_CODES = frozenset(
    {
        *("AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "InternalFailure"),
        *("InvalidClientTokenId", "InvalidParameterCombination", "InvalidParameterValue", "MissingParameter"),
        *("SerializationException", "ThrottlingException", "UnrecognizedClientException", "ValidationError"),
        *("ValidationException", "InvalidSignatureException", "SignatureDoesNotMatch"),
    }
)
"""Errors of every service, which no operation lists."""


def check_error(call: Call, given: Given, findings: Findings) -> None:
    """Note an error that cannot be read, or whose code or status is not the model's.

    Not compared are S3, whose operations list few of their errors, and operations that list none, as all of EC2.
    """
    if given.method == "HEAD":
        return
    code = _code(call, given)
    if not code:
        findings.add("", Kind.UNREADABLE, f"be an error of {call.protocol}")
        return
    statuses = {shape.error_code: _status(shape) for shape in call.operation.error_shapes}
    if not statuses or code in COMMON_CODES or call.service == "s3":
        return
    if code not in statuses:
        listed = ", ".join(sorted(statuses))
        findings.add("", Kind.ERROR, f"be one of the operation's errors: {listed}", code)
    elif statuses[code] not in (None, given.status):
        findings.add("", Kind.STATUS, f"have the status {statuses[code]} with {code}", given.status)


def _status(shape: Any) -> int | None:
    status = shape.metadata.get("error", {}).get("httpStatusCode")
    return None if status is None else int(status)


def _code(call: Call, given: Given) -> str:
    """The code, as an SDK reads it; empty if there is none."""
    try:
        if call.protocol in ("json", "rest-json", "cbor"):
            document = cbor(given.body) if call.protocol == "cbor" else json.loads(given.body or b"{}")
            text = given.header("x-amzn-query-error") or given.header("x-amzn-errortype")
            text = str(text or document.get("__type") or document.get("code") or "")
            return text.split(";")[0].rpartition("#")[2].split(":")[0]
        root = parsed(given.body)
    except (ValueError, AttributeError, ParseError):
        return ""
    return next((child.text or "" for child in root.iter() if tag(child) == "Code"), "")
