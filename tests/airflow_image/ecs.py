"""A stand-in for what ECS offers to a container: the agent's endpoints, and DescribeServices."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

ON = {"ProtectionEnabled": True, "ExpiresInMinutes": 120}
OFF = {"ProtectionEnabled": False}
CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/acme"
FAMILY = "acme-airflow-worker-default"
REVISION = 7
"""Of the task that asks."""


class Agent:
    """Responds as documented, and records the requests for protection."""

    def __init__(self) -> None:
        self.states: list[dict[str, Any]] = []
        self.answer: tuple[int, dict[str, Any]] = (200, {"protection": {}})
        self.requests = 0
        """How often ECS was asked for the service."""
        self.service: tuple[int, dict[str, Any]] = service(REVISION)
        self._changed = Condition()
        agent = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                assert self.path == "/v4/id/task"
                # As on Fargate, which names no service.
                arn = CLUSTER.replace(":cluster/", ":task/") + "/0123456789abcdef0123456789abcdef"
                task = {"Cluster": CLUSTER, "TaskARN": arn, "Family": FAMILY, "Revision": str(REVISION)}
                self._send(200, task)

            def do_PUT(self) -> None:
                body = self._body()
                assert self.path == "/api/task/task-protection/v1/state"
                assert self.headers["Content-Type"] == "application/json"
                self._send(*agent.answer)
                with agent._changed:
                    agent.states.append(body)
                    agent._changed.notify_all()

            def do_POST(self) -> None:
                assert self.headers["X-Amz-Target"] == "AmazonEC2ContainerServiceV20141113.DescribeServices"
                assert "/eu-west-1/ecs/aws4_request" in self.headers["Authorization"]
                assert self._body() == {"cluster": CLUSTER, "services": [FAMILY]}
                self._send(*agent.service)
                with agent._changed:
                    agent.requests += 1
                    agent._changed.notify_all()

            def _body(self) -> Any:
                return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

            def _send(self, status: int, answer: dict[str, Any]) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def variables(self) -> dict[str, str]:
        """With which a container finds it."""
        return {
            "ECS_AGENT_URI": f"{self.endpoint}/api/task",
            "ECS_CONTAINER_METADATA_URI_V4": f"{self.endpoint}/v4/id",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }

    def wait_for(self, *bodies: dict[str, Any]) -> None:
        """Wait until exactly these states were set since the last call."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.states) >= len(bodies), timeout=30), self.states
            assert self.states == list(bodies)
            self.states.clear()

    def wait_for_questions(self, count: int) -> None:
        """Until ECS was asked so many times from now on."""
        with self._changed:
            until = self.requests + count
            assert self._changed.wait_for(lambda: self.requests >= until, timeout=30), self.requests

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def service(revision: int, *, running: int = 1, desired: int = 1) -> tuple[int, dict[str, Any]]:
    """What DescribeServices answers while this revision is the one that is wanted."""
    definition = CLUSTER.replace(":cluster/acme", f":task-definition/{FAMILY}")
    deployments = [
        {"status": "PRIMARY", "taskDefinition": f"{definition}:{revision}"},
        {"status": "ACTIVE", "taskDefinition": f"{definition}:{revision - 1}"},
    ]
    return 200, {"services": [{"runningCount": running, "desiredCount": desired, "deployments": deployments}]}
