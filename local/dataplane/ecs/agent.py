"""The ECS agent's endpoint for containers, on loopback: their metadata, and task protection."""

import json
import logging
import socket
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.dataplane.ecs.task import Task

logger = logging.getLogger(__name__)

PROTECTION_PATH = "/task-protection/v1/state"
DEFAULT_MINUTES, MAX_MINUTES = 120, 2880
MAX_BODY_BYTES = 4096


class Agent:
    """Serves requests in its own threads.

    Args:
        claim: a listening socket.
    """

    def __init__(self, claim: socket.socket) -> None:
        self._tasks: dict[str, Task] = {}
        address, port = claim.getsockname()[:2]
        self._url = f"http://{address}:{port}"
        agent = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*agent.answer("GET", self.path, b""))

            def do_PUT(self) -> None:
                length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY_BYTES)
                self._answer(*agent.answer("PUT", self.path, self.rfile.read(length)))

            def log_message(self, *_arguments: Any) -> None:
                """Log no requests."""

            def _answer(self, status: int, document: Mapping[str, Any]) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer((address, port), Handler, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = claim
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="agent", daemon=True).start()

    def variables(self, task_id: str, container: str) -> dict[str, str]:
        """Variables that lead a container to its pages."""
        name = f"{task_id}-{container}"
        return {
            "ECS_CONTAINER_METADATA_URI_V4": f"{self._url}/v4/{name}",
            "ECS_AGENT_URI": f"{self._url}/api/{name}",
        }

    def add(self, task: Task) -> None:
        """Serve the containers of a task."""
        self._tasks[task.id] = task

    def remove(self, task: Task) -> None:
        """Stop serving the containers of a task that has ended."""
        self._tasks.pop(task.id, None)

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Mapping[str, Any]]:
        """Status and JSON document for a request."""
        _, kind, name, *rest = [*path.split("/", 3), "", ""][:4]
        task = self._tasks.get(name.partition("-")[0])
        container = name.partition("-")[2]
        page = f"/{rest[0]}" if rest and rest[0] else ""
        if task is None or container not in task.containers:
            return 404, {"error": "no such container"}
        if (kind, page, method) == ("v4", "", "GET"):
            return 200, _container_document(task, container)
        if (kind, page, method) == ("v4", "/task", "GET"):
            return 200, _task_document(task)
        if (kind, page) == ("api", PROTECTION_PATH):
            return self._protection(task, body if method == "PUT" else None)
        return 404, {"error": "no such page"}

    @staticmethod
    def _protection(task: Task, body: bytes | None) -> tuple[int, Mapping[str, Any]]:
        if body is not None:
            try:
                request = json.loads(body)
                enabled, minutes = request["ProtectionEnabled"], request.get("ExpiresInMinutes", DEFAULT_MINUTES)
                if not isinstance(enabled, bool) or not 1 <= int(minutes) <= MAX_MINUTES:
                    raise ValueError
            except (ValueError, KeyError, TypeError, AttributeError):
                message = f"ProtectionEnabled is true or false, ExpiresInMinutes from 1 to {MAX_MINUTES}"
                return 400, {"error": {"Arn": task.arn, "Code": "InvalidParameterException", "Message": message}}
            if not task.group.startswith("service:"):
                reason = "TASK_NOT_VALID"
                return 400, {"failure": {"Arn": task.arn, "Reason": reason, "Detail": "no task of a service"}}
            task.protected_until = time.time() + int(minutes) * 60 if enabled else None
        document: dict[str, Any] = {"ProtectionEnabled": task.is_protected(), "TaskArn": task.arn}
        if task.is_protected() and task.protected_until is not None:
            document["ExpirationDate"] = datetime.fromtimestamp(task.protected_until, UTC).isoformat()
        return 200, {"protection": document}


def _container_document(task: Task, name: str) -> dict[str, Any]:
    process = task.containers[name]
    family, _, revision = task.definition.arn.rpartition("/")[2].rpartition(":")
    return {
        "DockerId": f"{task.id}-{name}",
        "Name": name,
        "DockerName": name,
        "Image": process.container.image,
        "ContainerARN": f"{task.arn.replace(':task/', ':container/')}/{name}",
        "Labels": {
            "com.amazonaws.ecs.cluster": task.cluster_arn,
            "com.amazonaws.ecs.container-name": name,
            "com.amazonaws.ecs.task-arn": task.arn,
            "com.amazonaws.ecs.task-definition-family": family,
            "com.amazonaws.ecs.task-definition-version": revision,
        },
        "DesiredStatus": "RUNNING" if task.wanted else "STOPPED",
        "KnownStatus": process.status,
        "RestartCount": process.restarts,
        "Type": "NORMAL",
        "Networks": [{"NetworkMode": "awsvpc", "IPv4Addresses": [task.address]}],
    }


def _task_document(task: Task) -> dict[str, Any]:
    family, _, revision = task.definition.arn.rpartition("/")[2].rpartition(":")
    return {
        "Cluster": task.cluster_arn,
        "TaskARN": task.arn,
        "Family": family,
        "Revision": revision,
        "ServiceName": task.group.removeprefix("service:") if task.group.startswith("service:") else "",
        "DesiredStatus": "RUNNING" if task.wanted else "STOPPED",
        "KnownStatus": task.status,
        "LaunchType": "FARGATE",
        "Containers": [_container_document(task, name) for name in task.containers],
    }
