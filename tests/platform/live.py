"""Requests to the applied platform, and commands on it, as the roles of pipelines and people."""

import http.client
import json
import ssl
import subprocess
import time
from typing import Any

from tests.permissions.pipeline import Pipeline
from tests.support.load import Load
from tests.support.platform import Platform
from tests.support.waiting import PATIENCE

HOST = "app.windlass.localhost"
STEADY_SECONDS = 60
ROLES = {"deploy": "deploy", "plan": "plan-data", "status": "view", "switch": "switch"}
"""Command → the role of the delivery layer that runs it."""


class Live:
    """Requests to the running containers, and commands on them.

    Args:
        platform: that runs them.
        pipeline: has the roles that run the commands. Default: the account's root does.
        host: name that requests ask for.
    """

    def __init__(self, platform: Platform, pipeline: Pipeline | None = None, *, host: str = HOST) -> None:
        self.platform, self._pipeline, self._host = platform, pipeline, host
        self._port = self.platform.https_port

    @property
    def _trust(self) -> ssl.SSLContext:
        authority = self.platform.root / ".windlass" / "data-plane" / "certificates" / "authority.pem"
        context = ssl.create_default_context(cafile=str(authority))
        context.check_hostname = False  # the connection is to localhost, the certificate is for the service's name
        return context

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPSConnection("localhost", self._port, timeout=10, context=self._trust)
        try:
            headers = {"Host": self._host, "Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def load(self) -> Load:
        return Load(
            port=self._port,
            host=self._host,
            context=self._trust,
            per_second=60,
            label_of=lambda body: str(json.loads(body)["colour"]),
        )

    def wait_until(self, path: str, **expected: str) -> dict[str, Any]:
        """Poll the path until the answer has the expected values; returns the answer."""
        deadline = time.monotonic() + STEADY_SECONDS * PATIENCE
        while True:
            try:
                status, answer = self.request("GET", path)
            except OSError as error:
                status, answer = 0, {"error": str(error)}
            if status == 200 and all(answer.get(key) == value for key, value in expected.items()):
                return dict(answer)
            assert time.monotonic() < deadline, (status, answer)
            time.sleep(0.2)

    def windlass(self, *arguments: str, code: int = 0) -> str:
        """Run a command that must exit with this code; returns all of its output."""
        process = self._run(*arguments)
        assert process.returncode == code, process.stdout + process.stderr
        return process.stdout + process.stderr

    def status(self) -> dict[str, Any]:
        """The status of `web`."""
        process = self._run("status", "local", "web", "--json")
        assert process.returncode == 0, process.stderr
        (service,) = json.loads(process.stdout)["services"]
        return dict(service)

    def plan_is_empty(self, *options: str) -> None:
        self.windlass("plan", "local", *options, "--detailed-exitcode")

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """As the command's own role, if it has one."""
        command = arguments[0]
        if self._pipeline is None or command not in ROLES:
            return self.platform.windlass(*arguments)
        options = ["--no-lock"] if command == "plan" else []
        return self._pipeline.process(ROLES[command], *arguments, *options)
