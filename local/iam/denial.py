"""AWS's own answers to who is not allowed, or not known: error code, message and form of each protocol."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from local.iam.calls import Call
from local.iam.judge import Judgement
from local.iam.policies.principals import Caller

REQUEST_ID = "00000000-0000-0000-0000-000000000000"
JSON = ("json", "rest-json")
CODES: Mapping[str, str] = {"sns": "AuthorizationError", "ec2": "UnauthorizedOperation"}
"""botocore's name of a service → its code, where it is not `AccessDenied`."""
# A secret that a role may read and not decrypt: Secrets Manager does not say more.
KMS_IN_SECRETS_MANAGER = "Access to KMS is not allowed"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An error of AWS."""

    code: str
    message: str
    status: str = "403 Forbidden"


def refusal_of(call: Call, caller: Caller, judgement: Judgement) -> Refusal:
    """The error for a call that is not allowed."""
    message = sentence(caller, judgement)
    if judgement.need.through == "secretsmanager":
        message = KMS_IN_SECRETS_MANAGER
    if call.protocol == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    if call.protocol in JSON:
        # Services that had the query protocol before answer with the status of a client's error too.
        status = "400 Bad Request" if call.protocol == "json" else "403 Forbidden"
        return Refusal(code="AccessDeniedException", message=message, status=status)
    return Refusal(code=CODES.get(call.service, "AccessDenied"), message=message)


def sentence(caller: Caller, judgement: Judgement) -> str:
    """What AWS says: who, what, on what, and why not."""
    action, resource = judgement.need.action, judgement.need.resource
    why = judgement.decision.reason.value.format(action=action)
    return f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource} {why}"


def invalid_credentials(protocol: str, service: str) -> Refusal:
    """The error for temporary credentials that nobody has."""
    message = "The security token included in the request is invalid."
    if service == "s3":
        return Refusal(code="InvalidToken", message="The provided token is malformed or otherwise invalid.")
    if protocol in JSON:
        return Refusal(code="UnrecognizedClientException", message=message, status="400 Bad Request")
    return Refusal(code="AuthFailure" if protocol == "ec2" else "InvalidClientTokenId", message=message)


def expired_credentials(protocol: str, service: str) -> Refusal:
    """The error for temporary credentials that were valid once."""
    message = "The security token included in the request is expired"
    if service == "s3":
        return Refusal(code="ExpiredToken", message="The provided token has expired.", status="400 Bad Request")
    if protocol in JSON:
        return Refusal(code="ExpiredTokenException", message=message, status="400 Bad Request")
    return Refusal(code="RequestExpired" if protocol == "ec2" else "ExpiredToken", message=message)


def answer(refusal: Refusal, protocol: str, service: str, environ: Mapping[str, Any], start: Any) -> Iterable[bytes]:
    """Answer a request with an error."""
    code, message = escape(refusal.code), escape(refusal.message)
    headers = [("x-amzn-RequestId", REQUEST_ID)]
    if protocol in JSON:
        content_type = "application/x-amz-json-1.1" if protocol == "json" else "application/json"
        headers += [("x-amzn-ErrorType", refusal.code)]
        if service == "sqs":
            headers += [("x-amzn-query-error", "AccessDenied;Sender")]
        body = json.dumps({"__type": refusal.code, "message": refusal.message, "Message": refusal.message})
    else:
        content_type = "text/xml"
        inner = f"<Code>{code}</Code><Message>{message}</Message>"
        if service == "s3":
            body = f"<Error>{inner}<RequestId>{REQUEST_ID}</RequestId></Error>"
        elif protocol == "ec2":
            body = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
        else:
            error = f"<Error><Type>Sender</Type>{inner}</Error>"
            body = f"<ErrorResponse>{error}<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    sent = b"" if environ.get("REQUEST_METHOD") == "HEAD" else body.encode()
    start(refusal.status, [("Content-Type", content_type), ("Content-Length", str(len(sent))), *headers])
    return [sent]
