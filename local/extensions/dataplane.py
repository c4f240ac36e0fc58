"""The interface between the embedded AWS and its data plane: what changed, and what actually runs.

`with_dataplane` adds endpoints to the server's application. The data plane waits on the first for changes, and reports
what it observes on the second. While it does, ECS and target health return that instead of moto's assumptions
(`dataplane_ecs.py`, `dataplane_elbv2.py`).
"""

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from local.extensions.backend_state import state_of
from local.extensions.dataplane_logins import logins
from local.serialise_requests import MOTO_LOCK, Application

NETWORK = "awsvpcConfiguration"
"""Key of `networkConfiguration` of ECS."""

REQUESTED_PROTECTION = "requestedProtection"
"""Key of a task with the protection that a caller of UpdateTaskProtection asked for; in no answer either."""

Region = tuple[str, str]
"""Account and region."""

CHANGES_PATH = "/windlass/data-plane/changes"
"""GET waits up to 20 s for a token other than `?after=`; returns the token and a counter per service."""
OBSERVED_PATH = "/windlass/data-plane/observed"
"""PUT replaces the observed services, tasks and targets; DELETE reports that the data plane has stopped."""
LOGINS_PATH = "/windlass/data-plane/logins"
"""GET returns the passwords of the data stores in `?region=`."""
TASK_NETWORKS_PATH = "/windlass/data-plane/task-networks"
"""GET returns the networks that RunTask was given in `?region=`, which DescribeTasks does not return."""
PROTECTIONS_PATH = "/windlass/data-plane/protections"
"""GET returns what callers of UpdateTaskProtection asked for in `?region=`, and tasks have not got yet."""

WAIT_SECONDS = 20.0
SILENCE_SECONDS = 60.0
"""After this long without a report the data plane is considered dead, and moto's assumptions apply again."""
MAX_BODY_BYTES = 8 * 1024 * 1024
READING_ACTIONS = ("Describe", "List", "Get", "BatchGet", "Head", "Lookup", "Simulate", "Discover")


class Observations:
    """The data plane's last report, and the number of changes per service. One per process, like moto's backends.

    Services and targets are lost with the process, and reported again by the data plane. Tasks are kept in moto's ECS
    backends (`tasks_of`), since a task that was started by RunTask is recorded nowhere else. Thread-safe.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.counters: Counter[str] = Counter()
        self.services: dict[str, dict[str, Any]] = {}
        self.targets: dict[str, list[dict[str, Any]]] = {}
        self._instance = secrets.token_hex(4)
        self._last_report_at: float | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def attached(self) -> bool:
        """Whether a data plane reported recently."""
        return self._last_report_at is not None and time.monotonic() - self._last_report_at < SILENCE_SECONDS

    def on_observed(self, listener: Callable[[], None]) -> None:
        """Add a listener that is called after each PUT and DELETE."""
        self._listeners.append(listener)

    def count(self, service: str) -> None:
        """Count a possible change of this service."""
        with self.changed:
            self.counters[service] += 1
            self.changed.notify_all()

    def wait(self, after: str, seconds: float) -> dict[str, Any]:
        """Wait until the token differs from `after`; returns the token and the counters."""
        with self.changed:
            if after and self._last_report_at is not None:
                # Only the data plane sends a token; other clients just read the counters.
                self._last_report_at = time.monotonic()
            self.changed.wait_for(lambda: self._token() != after, timeout=seconds)
            return {"token": self._token(), "instance": self._instance, "counters": dict(self.counters)}

    def replace(self, observed: dict[str, Any]) -> None:
        """Store a report of the data plane.

        Tasks that were requested in the meantime, and requests to stop a task, are kept.
        """
        with self.changed:
            self._last_report_at = time.monotonic()
            self.services, self.targets = observed["services"], observed["targets"]
            reported: dict[Region, dict[str, dict[str, Any]]] = {region: {} for region in regions_with_tasks()}
            for arn, task in observed["tasks"].items():
                reported.setdefault(region_of(arn), {})[arn] = task
            for region, tasks in reported.items():
                _replace_tasks(tasks_in(region), tasks)
        self._notify()

    def forget(self) -> None:
        """The data plane has stopped: discard what it reported."""
        with self.changed:
            self._last_report_at = None
            self.services, self.targets = {}, {}
            for region in regions_with_tasks():
                tasks_in(region).clear()
        self._notify()

    def start_over(self) -> None:
        """The account has been replaced by a saved one: what was reported is about another one."""
        self.forget()
        with self.changed:
            # A client that waits for changes reads everything again.
            self._instance = secrets.token_hex(4)
            self.changed.notify_all()

    def _notify(self) -> None:
        for listener in self._listeners:
            listener()

    def _token(self) -> str:
        return f"{self._instance}-{sum(self.counters.values())}"


observations = Observations()


def region_of(arn: str) -> Region:
    """Account and region of an ARN."""
    _, _, _, region, account, _ = arn.split(":", 5)
    return account, region


def regions_with_tasks() -> list[Region]:
    """Every account and region that has an ECS backend."""
    from moto.ecs.models import ecs_backends

    return [(account, region) for account, backends in list(ecs_backends.items()) for region in list(backends)]


def tasks_in(region: Region) -> dict[str, dict[str, Any]]:
    """ARN → task, of one account and region."""
    from moto.ecs.models import ecs_backends

    return tasks_of(ecs_backends[region[0]][region[1]])


def tasks_of(backend: Any) -> dict[str, dict[str, Any]]:
    """ARN → task, in moto's ECS backend of one account and region."""
    return state_of(backend, "tasks", dict)


def _requested_protections(region: str) -> dict[str, Any]:
    """ARN → protection that a caller asked for and the data plane has not reported yet, of all accounts."""
    tasks = (task for each in regions_with_tasks() if each[1] == region for task in tasks_in(each).items())
    return {arn: task[REQUESTED_PROTECTION] for arn, task in tasks if task.get(REQUESTED_PROTECTION)}


def _task_networks(region: str) -> dict[str, Any]:
    """ARN → `awsvpcConfiguration`, of all accounts."""
    from moto.ecs.models import ecs_backends

    backends = [ecs_backends[account][each] for account, each in regions_with_tasks() if each == region]
    networks = (one for backend in backends for one in networks_of_one_off_tasks(backend).items())
    return {arn: network[NETWORK] for arn, network in networks if network.get(NETWORK)}


def networks_of_one_off_tasks(ecs: Any) -> dict[str, dict[str, Any]]:
    """ARN → `networkConfiguration` of tasks that RunTask started for the data plane, which does not report it."""
    return state_of(ecs, "networks_of_tasks", dict)


def _replace_tasks(known: dict[str, dict[str, Any]], reported: dict[str, dict[str, Any]]) -> None:
    for arn, task in known.items():
        if arn not in reported and task["lastStatus"] == "PROVISIONING":
            reported[arn] = task
        elif arn in reported and task["desiredStatus"] == "STOPPED":
            reported[arn]["desiredStatus"] = "STOPPED"
        requested = task.get(REQUESTED_PROTECTION)
        if requested is not None and arn in reported and reported[arn].get("protectedUntil") == requested["instead_of"]:
            reported[arn][REQUESTED_PROTECTION] = requested
    known.clear()
    known.update(reported)


def with_dataplane(application: Application) -> Application:
    """The application with the endpoints added. It counts every call that may change something."""
    _count_changes()

    def extended(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path not in (CHANGES_PATH, OBSERVED_PATH, LOGINS_PATH, TASK_NETWORKS_PATH, PROTECTIONS_PATH):
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
    if (path, method) == (TASK_NETWORKS_PATH, "GET"):
        with MOTO_LOCK:
            return "200 OK", _task_networks(str(environ.get("QUERY_STRING", "")).removeprefix("region="))
    if (path, method) == (PROTECTIONS_PATH, "GET"):
        with MOTO_LOCK:
            return "200 OK", _requested_protections(str(environ.get("QUERY_STRING", "")).removeprefix("region="))
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
