"""The embedded AWS's pages about IAM: what roles did, and credentials for AWS's services."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from local.iam.paths import CALLS_PATH, CREDENTIALS_PATH
from local.iam.record import CallRecord
from local.serialise_requests import MOTO_LOCK, Application

MAX_BODY_BYTES = 64 * 1024


def with_iam_pages(application: Application, record: CallRecord) -> Application:
    """The application with the pages."""

    def extended(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path not in (CALLS_PATH, CREDENTIALS_PATH):
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
    return "405 Method Not Allowed", {}


def _credentials(environ: dict[str, Any]) -> tuple[str, Any]:
    # Here: it loads moto's IAM, which nobody needs before the first task.
    from local.iam.credentials import UntrustedError, assume_for_service

    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY_BYTES:
        return "413 Content Too Large", {}
    try:
        wanted = json.loads(environ["wsgi.input"].read(length))
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
