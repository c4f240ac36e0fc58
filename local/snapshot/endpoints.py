"""The embedded AWS's pages about snapshots, and the part of it that notices what must be saved."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from local.extensions.dataplane import READING_ACTIONS, observations
from local.serialise_requests import MOTO_LOCK, Application
from local.snapshot.result import SNAPSHOT_PATH, SaveResult
from local.snapshot.saver import Saver
from local.snapshot.state_locks import changes_lock

READING_METHODS = ("GET", "HEAD", "OPTIONS")


def saving(saver: Saver) -> Callable[[Application], Application]:
    """Wrap the application so that `saver` learns of changes; the application must answer one request at a time."""

    def wrap(application: Application) -> Application:
        def saved(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            body = environ["wsgi.input"].getvalue()
            if changes_lock(environ, body):
                # What was changed before belongs to no apply, and an apply that releases its lock is complete.
                saver.save()
                answer = application(environ, start_response)
                saver.save()
                return answer
            answer = application(environ, start_response)
            if not is_reading(environ, body):
                saver.changed()
            return answer

        return saved

    return wrap


def is_reading(environ: dict[str, Any], body: bytes) -> bool:
    """Whether a request to AWS changes nothing."""
    if environ["REQUEST_METHOD"] in READING_METHODS:
        return True
    path, target = str(environ.get("PATH_INFO", "")), str(environ.get("HTTP_X_AMZ_TARGET", ""))
    if target:
        action = target.rpartition(".")[2]
    elif "/operation/" in path:
        action = path.rpartition("/")[2]
    elif b"Action=" in body:
        action = parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
    else:
        return False
    return action.startswith(READING_ACTIONS)


def with_snapshots(application: Application, saver: Saver) -> Application:
    """The application with the page of snapshots."""

    def extended(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "") != SNAPSHOT_PATH:
            return application(environ, start_response)
        match environ["REQUEST_METHOD"]:
            case "POST":
                result = saver.save()
            case "GET":
                result = saver.result()
            case "DELETE":
                result = restore(saver)
            case _:
                start_response("405 Method Not Allowed", [])
                return []
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(asdict(result)).encode()]

    return extended


def restore(saver: Saver) -> SaveResult:
    """Return to what was saved, and let the data plane read the account again."""
    with MOTO_LOCK:
        saver.load()
        observations.start_over()
    return saver.result()
