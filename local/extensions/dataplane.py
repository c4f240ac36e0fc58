"""The door between the embedded AWS and its data plane: what changed, and what really runs.

`with_dataplane` adds pages to the server's application. The data plane waits on the first until something was
changed, and tells on the second what it observes. As long as it does, ECS and target health answer with that instead
of moto's assumptions (`dataplane_ecs.py`, `dataplane_elbv2.py`).
"""

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from local.extensions.dataplane_logins import logins
from local.serialise_requests import MOTO_LOCK, Application

CHANGES_PATH = "/windlass/data-plane/changes"
"""GET waits up to 20 s until a counter differs from the `?after=` text; answers a token, and a counter per service."""
OBSERVED_PATH = "/windlass/data-plane/observed"
"""PUT replaces what is known of services, tasks and targets; DELETE says that the data plane has gone."""
LOGINS_PATH = "/windlass/data-plane/logins"
"""GET answers the passwords of the data stores of `?region=`."""

WAIT_SECONDS = 20.0
SILENCE_SECONDS = 60.0
"""A data plane that was not heard of for so long has died, and moto's assumptions hold again."""
MAX_BODY_BYTES = 8 * 1024 * 1024
READING_ACTIONS = ("Describe", "List", "Get", "BatchGet", "Head", "Lookup", "Simulate", "Discover")


class Observations:
    """What the data plane told last, and how often each service was changed. One per server, safe between threads."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.counters: Counter[str] = Counter()
        self.services: dict[str, dict[str, Any]] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        self.targets: dict[str, list[dict[str, Any]]] = {}
        self._instance = secrets.token_hex(4)
        self._heard_at: float | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def attached(self) -> bool:
        """Whether a data plane is there and was heard of lately."""
        return self._heard_at is not None and time.monotonic() - self._heard_at < SILENCE_SECONDS

    def on_observed(self, listener: Callable[[], None]) -> None:
        """Call this after each PUT and DELETE."""
        self._listeners.append(listener)

    def count(self, service: str) -> None:
        """Something of this service may have changed."""
        with self.changed:
            self.counters[service] += 1
            self.changed.notify_all()

    def wait(self, after: str, seconds: float) -> dict[str, Any]:
        """The counters, as soon as they differ from those that gave the token `after`."""
        with self.changed:
            if after and self._heard_at is not None:
                # Others, who only want to know where it stands, have no token.
                self._heard_at = time.monotonic()
            self.changed.wait_for(lambda: self._token() != after, timeout=seconds)
            return {"token": self._token(), "instance": self._instance, "counters": dict(self.counters)}

    def replace(self, observed: dict[str, Any]) -> None:
        """Take over what the data plane sees. Tasks that were asked for meanwhile stay, and so does a wish to stop."""
        with self.changed:
            self._heard_at = time.monotonic()
            self.services, self.targets = observed["services"], observed["targets"]
            tasks = observed["tasks"]
            for arn, known in self.tasks.items():
                if arn not in tasks and known["lastStatus"] == "PROVISIONING":
                    tasks[arn] = known
                elif arn in tasks and known["desiredStatus"] == "STOPPED":
                    tasks[arn]["desiredStatus"] = "STOPPED"
            self.tasks = tasks
        self._tell()

    def forget(self) -> None:
        """The data plane has gone: nothing is known any more."""
        with self.changed:
            self._heard_at = None
            self.services, self.tasks, self.targets = {}, {}, {}
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    def _token(self) -> str:
        return f"{self._instance}-{sum(self.counters.values())}"


observations = Observations()


def with_dataplane(application: Application) -> Application:
    """The application with the pages, counting every call that may change something."""
    _count_changes()

    def extended(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path not in (CHANGES_PATH, OBSERVED_PATH, LOGINS_PATH):
            return application(environ, start_response)
        status, answer = _answer(environ, path)
        body = json.dumps(answer).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return extended


def _answer(environ: dict[str, Any], path: str) -> tuple[str, dict[str, Any]]:
    method = environ["REQUEST_METHOD"]
    if (path, method) == (CHANGES_PATH, "GET"):
        after = str(environ.get("QUERY_STRING", "")).removeprefix("after=")
        return "200 OK", observations.wait(after, WAIT_SECONDS)
    if (path, method) == (LOGINS_PATH, "GET"):
        with MOTO_LOCK:
            return "200 OK", logins(str(environ.get("QUERY_STRING", "")).removeprefix("region="))
    if (path, method) == (OBSERVED_PATH, "PUT"):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > MAX_BODY_BYTES:
            return "413 Content Too Large", {}
        observed = json.loads(environ["wsgi.input"].read(length))
        with MOTO_LOCK:
            observations.replace(observed)
        return "200 OK", {}
    if (path, method) == (OBSERVED_PATH, "DELETE"):
        with MOTO_LOCK:
            observations.forget()
        return "200 OK", {}
    return "405 Method Not Allowed", {}


def _count_changes() -> None:
    from moto.core.responses import BaseResponse

    from local.extensions.patching import wrap_method

    @wrap_method(BaseResponse, "call_action")
    def call_action(original: Any, response: Any) -> Any:
        answer = original(response)
        if not str(response._get_action() or "").startswith(READING_ACTIONS):
            observations.count(str(response.service_name))
        return answer
