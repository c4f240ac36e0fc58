"""The part of the embedded AWS that judges each request of a role before moto answers it.

Only sessions of roles are judged, and tokens with which a caller assumes a role. A caller with another key, such as
`testing`, is the root of the account.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from local.iam.caller import TEMPORARY_KEY
from local.iam.calls import MODELS, Call, Signature, UnknownCallError, call_of, signature_of
from local.iam.record import CallRecord
from local.serialise_requests import Application

if TYPE_CHECKING:
    from local.iam.denial import Refusal

    Refused = tuple[Refusal, str, str]
    """The answer, with the protocol and the service of the request."""

WEB_IDENTITY = b"Action=AssumeRoleWithWebIdentity"


def enforce_iam(application: Application, record: CallRecord) -> Application:
    """Wrap the application, which must answer one request at a time and have the body in `wsgi.input`.

    Args:
        application: answers what is allowed.
        record: gets every decision.
    """

    def enforced(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        signature = signature_of(environ)
        refused: Refused | None = None
        if signature is None and WEB_IDENTITY in environ["wsgi.input"].getvalue():
            refused = _judge_web_identity(environ)
        elif signature is not None and signature.access_key.startswith(TEMPORARY_KEY):
            refused = _judge(environ, signature, record)
        if refused is None:
            return application(environ, start_response)
        from local.iam.denial import answer

        return answer(*refused, environ, start_response)

    return enforced


def _judge_web_identity(environ: dict[str, Any]) -> "Refused | None":
    from local.iam.denial import Refusal
    from local.iam.policies.document import MalformedPolicyError
    from local.iam.web_identity import refusal_of_web_identity

    try:
        refusal = refusal_of_web_identity(environ["wsgi.input"].getvalue())
    except MalformedPolicyError as error:
        refusal = Refusal(code="AccessDenied", message=str(error))
    if refusal is None:
        return None
    print(f"IAM denied sts:AssumeRoleWithWebIdentity: {refusal.message}", flush=True)
    return refusal, "query", "sts"


def _judge(environ: dict[str, Any], signature: Signature, record: CallRecord) -> "Refused | None":
    """The refusal of a role's request with its protocol and service; `None` where it is allowed."""
    # Imported here: nobody but a role needs them, and the server starts faster.
    from local.iam import denial
    from local.iam.authorization import first_denial
    from local.iam.caller import ExpiredCredentialsError, InvalidCredentialsError, session_of
    from local.iam.policies.document import MalformedPolicyError

    body = environ["wsgi.input"].getvalue()
    call: Call | None = None
    try:
        call = call_of(environ, body, signature, account="")
    except UnknownCallError as error:
        # moto does not know it either, and says so.
        print(f"IAM did not judge a request of a role: {error}", flush=True)
    service = call.service if call is not None else MODELS.get(signature.service, (signature.service,))[0]
    protocol = call.protocol if call is not None else "rest-xml" if service == "s3" else "json"
    try:
        session = session_of(signature)
    except InvalidCredentialsError:
        return denial.invalid_credentials(protocol, service), protocol, service
    except ExpiredCredentialsError:
        return denial.expired_credentials(protocol, service), protocol, service
    if session is None or call is None:
        return None
    call = call.of_account(session.caller.account)
    try:
        denied = first_denial(call, session, str(environ.get("REMOTE_ADDR", "")), record)
    except MalformedPolicyError as error:
        print(f"IAM denied {session.caller.arn} {call.service}:{call.operation}: {error}", flush=True)
        return denial.Refusal(code="AccessDenied", message=str(error)), protocol, service
    return None if denied is None else (denial.refusal_of(call, session.caller, denied), protocol, service)
