"""The ECS agent's endpoint for containers, on loopback: metadata, task protection, and credentials of the task role."""

import json
import logging
import secrets
import socket
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from local.dataplane.desired_state.pages import UntrustedRoleError
from local.dataplane.ecs.task import Task

logger = logging.getLogger(__name__)

PROTECTION_PATH = "/task-protection/v1/state"
DEFAULT_MINUTES, MAX_MINUTES = 120, 2880
MAX_BODY_BYTES = 4096
CREDENTIALS_PATH = "/v2/credentials"
RENEWED_BEFORE = timedelta(minutes=30)
"""Before they expire. SDKs ask again 15 minutes before."""


class TaskRoles(Protocol):
    """What the agent asks of the embedded AWS."""

    def credentials(self, role_arn: str, session_name: str) -> Mapping[str, str]:
        """Credentials of a role; raises UntrustedRoleError or OSError."""

    def refusal(self, credentials: Mapping[str, str], operation: str, parameters: Mapping[str, Any]) -> str:
        """Why a role may not call an operation of ECS; empty where it may; raises OSError."""


class Agent:
    """Serves requests in its own threads.

    Args:
        claim: a listening socket.
        roles: gives credentials of task roles, and says what they may do.
    """

    def __init__(self, claim: socket.socket, *, roles: TaskRoles) -> None:
        self._tasks: dict[str, Task] = {}
        self._roles = roles
        self._tokens: dict[str, str] = {}
        """Task id → what its containers show when they ask for credentials."""
        self._credentials: dict[str, Mapping[str, str]] = {}
        self._lock = threading.Lock()
        address, port = claim.getsockname()[:2]
        self._url = f"http://{address}:{port}"
        agent = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith(CREDENTIALS_PATH):
                    self._answer(*agent.credentials(self.path, self.headers.get("Authorization") or ""))
                else:
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
        """Variables that lead a container to its pages, and to the credentials of its task role if it has one.

        Raises:
            UntrustedRoleError: ECS may not assume the role.
            OSError: the embedded AWS does not answer.
        """
        name = f"{task_id}-{container}"
        variables = {
            "ECS_CONTAINER_METADATA_URI_V4": f"{self._url}/v4/{name}",
            "ECS_AGENT_URI": f"{self._url}/api/{name}",
        }
        task = self._tasks.get(task_id)
        if task is not None and task.definition.task_role_arn:
            self._credentials_of(task)
            variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"{self._url}{CREDENTIALS_PATH}/{task_id}"
            variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = self._tokens[task_id]
        return variables

    def add(self, task: Task) -> None:
        """Serve the containers of a task."""
        self._tokens[task.id] = secrets.token_urlsafe(32)
        self._tasks[task.id] = task

    def remove(self, task: Task) -> None:
        """Stop serving the containers of a task that has ended."""
        for known in (self._tasks, self._tokens, self._credentials):
            known.pop(task.id, None)

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

    def credentials(self, path: str, authorization: str) -> tuple[int, Mapping[str, Any]]:
        """Status and JSON document of the credentials of a task role, for a caller with the token of the task."""
        task_id = path.partition("?")[0].removeprefix(CREDENTIALS_PATH).strip("/")
        task, token = self._tasks.get(task_id), self._tokens.get(task_id, "")
        if task is None or not task.definition.task_role_arn or not _is_same(token, authorization):
            return 400, {"code": "InvalidIdInRequest", "message": "CredentialsV2Request: ID not found"}
        try:
            return 200, self._credentials_of(task)
        except (UntrustedRoleError, OSError) as error:
            return 500, {"code": "ServerException", "message": str(error)}

    def _credentials_of(self, task: Task) -> Mapping[str, str]:
        with self._lock:
            known = self._credentials.get(task.id)
            if known is None or datetime.fromisoformat(known["Expiration"]) - datetime.now(UTC) < RENEWED_BEFORE:
                known = self._roles.credentials(task.definition.task_role_arn, task.id)
                self._credentials[task.id] = known
            return known

    def _refusal(self, task: Task, operation: str) -> str:
        """Why a task may not read or change its protection: the agent does that with the task role."""
        if not task.definition.task_role_arn:
            return "the task has no task role, with which the agent would call ECS"
        try:
            parameters = {"cluster": task.cluster_arn, "tasks": [task.arn]}
            return self._roles.refusal(self._credentials_of(task), operation, parameters)
        except (UntrustedRoleError, OSError) as error:
            return str(error)

    def _protection(self, task: Task, body: bytes | None) -> tuple[int, Mapping[str, Any]]:
        message = self._refusal(task, "GetTaskProtection" if body is None else "UpdateTaskProtection")
        if message:
            return 400, {"error": {"Arn": task.arn, "Code": "AccessDeniedException", "Message": message}}
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


def _is_same(token: str, shown: str) -> bool:
    return secrets.compare_digest(token.encode(), shown.encode())


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
