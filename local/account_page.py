"""The embedded AWS's page about the account: whether it was started empty, and which zones people delegated."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from local.serialise_requests import MOTO_LOCK, Application

ACCOUNT_PATH = "/windlass/account"
"""GET says whether it was started empty."""
EMPTY_PATH = f"{ACCOUNT_PATH}/empty"
"""POST starts it empty: no zone is delegated any more, and no image is there that nobody pushed."""
DELEGATIONS_PATH = f"{ACCOUNT_PATH}/delegations/"
"""POST with the name of a zone at the end delegates it; 404 with a `message` where there is none."""


def with_account_page(application: Application, *, changed: Callable[[], None]) -> Application:
    """The application with the page; `changed` is called when the account has to be saved."""

    def extended(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if not path.startswith(ACCOUNT_PATH):
            return application(environ, start_response)
        with MOTO_LOCK:
            status, document = _answer(path, environ["REQUEST_METHOD"], changed)
        body = json.dumps(document).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return extended


def _answer(path: str, method: str, changed: Callable[[], None]) -> tuple[str, Any]:
    # Here: the embedded AWS starts without the modules of its services.
    from local import delegation
    from local.extensions import extend

    extend("route53")
    if (path, method) == (ACCOUNT_PATH, "GET"):
        return "200 OK", {"empty": delegation.is_empty()}
    if method != "POST":
        return "405 Method Not Allowed", {"message": "not allowed"}
    if path == EMPTY_PATH:
        delegation.start_empty()
        changed()
        return "200 OK", {"empty": True}
    if path.startswith(DELEGATIONS_PATH):
        zone = path.removeprefix(DELEGATIONS_PATH)
        try:
            name_servers = delegation.delegate(zone)
        except delegation.NoZoneError:
            return "404 Not Found", {"message": f"there is no public hosted zone {zone}"}
        changed()
        return "200 OK", {"empty": delegation.is_empty(), "name_servers": name_servers}
    return "404 Not Found", {"message": "not here"}
