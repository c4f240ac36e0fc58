"""The applied platform as its clients and its operators see it."""

import http.client
import json
import ssl
import time
from typing import Any

from tests.support.load import Load
from tests.support.platform import Platform
from tests.support.waiting import PATIENCE

HOST = "app.windlass.localhost"
STEADY_SECONDS = 60


class Live:
    """Requests to the running containers, and commands on them."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._port = platform.https_port

    @property
    def _trust(self) -> ssl.SSLContext:
        authority = self.platform.root / ".windlass" / "data-plane" / "certificates" / "authority.pem"
        context = ssl.create_default_context(cafile=str(authority))
        context.check_hostname = False  # the connection is to localhost, the certificate is for the service's name
        return context

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPSConnection("localhost", self._port, timeout=10, context=self._trust)
        try:
            headers = {"Host": HOST, "Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def load(self) -> Load:
        return Load(
            port=self._port,
            host=HOST,
            context=self._trust,
            per_second=60,
            label_of=lambda body: str(json.loads(body)["colour"]),
        )

    def wait_until(self, path: str, **wanted: str) -> dict[str, Any]:
        """The answer, once it says what is wanted."""
        deadline = time.monotonic() + STEADY_SECONDS * PATIENCE
        while True:
            try:
                status, found = self.ask("GET", path)
            except OSError as error:
                status, found = 0, {"error": str(error)}
            if status == 200 and all(found.get(key) == value for key, value in wanted.items()):
                return dict(found)
            assert time.monotonic() < deadline, (status, found)
            time.sleep(0.2)

    def windlass(self, *arguments: str, code: int = 0) -> str:
        """Run a command that ends with this code; gives all that it printed."""
        done = self.platform.windlass(*arguments)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def status(self) -> dict[str, Any]:
        """How `web` stands."""
        shown = self.platform.windlass("status", "local", "web", "--json")
        assert shown.returncode == 0, shown.stderr
        (service,) = json.loads(shown.stdout)["services"]
        return dict(service)

    def plan_is_empty(self, *options: str) -> None:
        self.windlass("plan", "local", *options, "--detailed-exitcode")
