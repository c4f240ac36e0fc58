"""The platform as its clients see it."""

import contextlib
import http.client
import json
import ssl
from typing import Any

from local.dataplane import DataPlane
from tests.dataplane.account import HOST, Account
from tests.support.load import Load
from tests.support.waiting import wait_for


class Platform:
    """An account, its data plane, and requests through the proxy."""

    def __init__(self, account: Account, data_plane: DataPlane) -> None:
        self.account = account
        self.data_plane = data_plane

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.data_plane.status().authority_path))

    def migrate(self) -> None:
        """Bring the database's schema up to date, as a separate task before the service takes requests (A07)."""
        task = self.account.run(["python", "-m", "web.migrate"])
        assert task["containers"][0]["exitCode"] == 0, task

    def ensure_steady(self, *, blue: int, green: int) -> None:
        for colour, desired in (("blue", blue), ("green", green)):
            if self.account.service(colour)["desiredCount"] != desired:
                self.account.scale(colour, desired)
        expected = {"blue": ["healthy"] * blue, "green": ["healthy"] * green}
        wait_for("all targets to be healthy", lambda: {c: self.account.health(c) for c in expected} == expected, 30)
        self.data_plane.wait_until_steady(30)
        # Each change is waited for: one that takes effect late would do so in the midst of the test.
        for colour in (colour for colour, desired in expected.items() if desired):
            self.account.weights(int(colour == "blue"), int(colour == "green"))
            self._wait_until_live(colour)
            wait_for(
                f"{colour}'s database", lambda: {self.request("GET", "/health/ready")[0] for _ in "....."} == {200}
            )
        self.account.weights(100, 0)
        self._wait_until_live("blue")

    def _wait_until_live(self, colour: str) -> None:
        wait_for(f"{colour} to be live", lambda: {self.colour() for _ in range(3)} == {colour})

    def database_url(self, password: str) -> str:
        """For a client outside of containers."""
        (store,) = self.data_plane.status().stores
        return self.account.database_url(password, host=store["address"])

    def request(self, method: str, path: str, body: Any = None, *, host: str = HOST, **headers: str) -> tuple[int, Any]:
        port = self.account.https_port
        connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=self.tls)
        with contextlib.closing(connection):
            text = None if body is None else json.dumps(body)
            given = {"Host": host, "Content-Type": "application/json", **headers}
            connection.request(method, path, body=text, headers=given)
            response = connection.getresponse()
            answer = response.read()
            is_json = response.headers.get_content_type() == "application/json"
            return response.status, json.loads(answer) if is_json else answer.decode()

    def colour(self) -> str:
        """Who answers; the answer itself where nobody is there yet."""
        _, answer = self.request("GET", "/health")
        return str(answer["colour"] if isinstance(answer, dict) and "colour" in answer else answer)

    def load(self, **options: Any) -> Load:
        return Load(
            port=self.account.https_port,
            host=HOST,
            context=self.tls,
            label_of=lambda body: json.loads(body)["colour"],
            **options,
        )
