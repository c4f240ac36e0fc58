"""The sample web service as ECS would run it: the image's command with the documented environment and nothing else."""

import http.client
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.postgres import free_port

FOLDER = Path(__file__).parents[2] / "docker" / "web"
START_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json", self.text
        return json.loads(self.text)


def migrate(
    database_url: str, *arguments: str, folder: Path = FOLDER, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `python -m web.migrate` in its own container, to completion."""
    process = start_migration(database_url, *arguments, folder=folder, **environment)
    stdout, stderr = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def start_migration(
    database_url: str, *arguments: str, folder: Path = FOLDER, **environment: str
) -> "subprocess.Popen[str]":
    """The same, as a process that runs."""
    given = {"DATABASE_URL": database_url, "COLOUR": "green", "VERSION": "1.2.3", **environment}
    command = [sys.executable, "-m", "web.migrate", *arguments]
    return subprocess.Popen(command, cwd=folder, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def migrated(database_url: str) -> str:
    """The URL, of a database that is at the newest revision now."""
    done = migrate(database_url)
    assert done.returncode == 0, done.stdout + done.stderr
    return database_url


class WebService:
    """One container's process, from its start to its exit."""

    def __init__(self, log: Path, environment: dict[str, str], *, folder: Path = FOLDER) -> None:
        self.environment = {"PORT": str(free_port()), **environment}
        self.port = int(self.environment["PORT"])
        self._log = log
        with log.open("ab") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "web"], cwd=folder, env=self.environment, stdout=stream, stderr=subprocess.STDOUT
            )

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, timeout: float = 15.0
    ) -> Answer:
        """Send one request on a new connection; a body that is not bytes is sent as JSON."""
        sent = dict(headers or {})
        if body is not None and not isinstance(body, bytes) and not hasattr(body, "__next__"):
            body = json.dumps(body).encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            text = response.read().decode()
            return Answer(status=response.status, headers={k.lower(): v for k, v in response.getheaders()}, text=text)
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.request("GET", path)

    def post(self, name: str) -> Answer:
        return self.request("POST", "/items", {"name": name})

    def wait_until(self, path: str, **expected: Any) -> dict[str, Any]:
        """Ask until the JSON has these values."""
        deadline = time.monotonic() + START_SECONDS
        seen: Any = None
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output()
            try:
                seen = self.get(path).json
            except OSError as error:
                seen = error
            else:
                if all(seen.get(key) == value for key, value in expected.items()):
                    return dict(seen)
            time.sleep(0.05)
        raise AssertionError(f"{path} never said {expected}; last: {seen}\n{self.output()}")

    def output(self) -> str:
        return self._log.read_text()

    def logs(self) -> list[dict[str, Any]]:
        """All lines so far; every one of them must be JSON."""
        return [json.loads(line) for line in self.output().splitlines()]

    def terminate(self) -> None:
        self.process.terminate()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
