"""The embedded AWS's pages about IAM: what roles did, and credentials for AWS's services."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from local.iam.paths import AUTHORIZATION_PATH, CALLS_PATH, CREDENTIALS_PATH
from local.iam.record import CallRecord
from local.serialise_requests import MOTO_LOCK, Application

MAX_BODY_BYTES = 64 * 1024


def with_iam_pages(application: Application, record: CallRecord) -> Application:
    """The application with the pages."""

    def extended(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path not in (AUTHORIZATION_PATH, CALLS_PATH, CREDENTIALS_PATH):
            return application(environ, start_response)
        status, document = _answer(environ, path, method, record)
        body = json.dumps(document).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return extended


def _answer(environ: dict[str, Any], path: str, method: str, record: CallRecord) -> tuple[str, Any]:
    if (path, method) == (CALLS_PATH, "GET"):
        return "200 OK", record.document()
    if (path, method) == (CALLS_PATH, "DELETE"):
        record.clear()
        return "200 OK", record.document()
    if (path, method) == (CREDENTIALS_PATH, "POST"):
        return _credentials(environ)
    if (path, method) == (AUTHORIZATION_PATH, "POST"):
        return _authorization(environ, record)
    return "405 Method Not Allowed", {}


def _credentials(environ: dict[str, Any]) -> tuple[str, Any]:
    # Here: it loads moto's IAM, which nobody needs before the first task.
    from local.iam.credentials import UntrustedError, assume_for_service

    try:
        wanted = _body(environ)
        names = ("role_arn", "service", "source_arn", "session_name")
        arguments = {name: str(wanted[name]) for name in names}
        if any(arguments[name].count(":") < 5 for name in ("role_arn", "source_arn")):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        return "400 Bad Request", {"message": "role_arn, service, source_arn and session_name are needed, ARNs whole"}
    with MOTO_LOCK:
        try:
            return "200 OK", asdict(assume_for_service(**arguments))
        except UntrustedError as error:
            return "403 Forbidden", {"message": str(error)}


def _authorization(environ: dict[str, Any], record: CallRecord) -> tuple[str, Any]:
    from local.iam.authorization import refusal_of_action
    from local.iam.policies.document import MalformedPolicyError

    try:
        with MOTO_LOCK:
            message = refusal_of_action(_body(environ), record)
    except MalformedPolicyError as error:
        message = str(error)
    except (ValueError, KeyError, TypeError):
        return "400 Bad Request", {"message": "the session of a role and a call are needed"}
    return ("403 Forbidden", {"message": message}) if message else ("200 OK", {})


def _body(environ: dict[str, Any]) -> Any:
    """The JSON of a request.

    Raises:
        ValueError: it is too long, or not JSON.
    """
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY_BYTES:
        raise ValueError("the body is too long")
    return json.loads(environ["wsgi.input"].read(length))
