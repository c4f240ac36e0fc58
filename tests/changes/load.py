"""Requests to every host name of a platform, by connections that are kept and by new ones, while something changes."""

import http.client
import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PAUSE_SECONDS = 0.1
"""Between two requests of a client; each host name has four clients."""
KEPT_SECONDS = 20.0
"""After this time a kept connection is closed and opened again, well before the load balancer closes it."""
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A request that was not answered with success."""

    at: float
    """Seconds since the load began."""
    host: str
    request: str
    cause: str
    """Status, or what the connection met with."""

    def __str__(self) -> str:
        return f"{self.at:6.1f} s {self.request}: {self.cause}"


@dataclass(frozen=True, kw_only=True)
class Host:
    """A host name and what is requested of it."""

    name: str
    path: str
    """Of GET requests."""
    items: str | None = None
    """Where items are posted to, with every second request. Default: nowhere."""


WEB = "app.windlass.localhost"


def web(name: str = WEB) -> Host:
    """A host name of the sample web service."""
    return Host(name=name, path="/health", items="/items")


@dataclass(kw_only=True)
class Load:
    """Use as a context manager; what it counted is complete after the block.

    Certificates are verified, with the host name of the request.
    """

    port: int
    """Of the HTTPS listener, on loopback."""
    authority: Path
    """The certificate authority that signs for every host name here."""
    hosts: Sequence[Host]
    sent: int = 0
    failures: list[Failure] = field(default_factory=list)
    sent_to: Counter[str] = field(default_factory=Counter)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _ended: dict[str, threading.Event] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)
    _counting: threading.Lock = field(default_factory=threading.Lock)
    _started_at: float = 0.0

    def __enter__(self) -> "Load":
        self._started_at = time.monotonic()
        for host in self.hosts:
            self.add(host)
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=3 * TIMEOUT_SECONDS)

    def add(self, host: Host) -> None:
        """Send requests to a host name from now on."""
        self._ended[host.name] = threading.Event()
        for number in range(4):
            arguments = (host, self._ended[host.name], number % 2 == 0)
            thread = threading.Thread(target=self._ask, args=arguments, daemon=True)
            self._threads.append(thread)
            thread.start()

    def leave(self, name: str) -> None:
        """Send no more requests to a host name."""
        self._ended[name].set()

    def _ask(self, host: Host, ended: threading.Event, keeps: bool) -> None:
        context = ssl.create_default_context(cafile=str(self.authority))
        connection, opened, number = _Connection(host.name, self.port, context), 0.0, 0
        while not self._stopping.is_set() and not ended.is_set():
            now = time.monotonic()
            if not keeps or now - opened > KEPT_SECONDS:
                connection.close()
                opened = now
            number += 1
            posts = host.items is not None and number % 2 == 0
            request = f"POST {host.name}{host.items}" if posts else f"GET {host.name}{host.path}"
            cause = _cause(connection, host, posts=posts)
            with self._counting:
                self.sent += 1
                self.sent_to[host.name] += 1
                if cause:
                    self.failures.append(
                        Failure(at=now - self._started_at, host=host.name, request=request, cause=cause)
                    )
            self._stopping.wait(PAUSE_SECONDS)
        connection.close()


def _cause(connection: http.client.HTTPConnection, host: Host, *, posts: bool) -> str:
    """Why a request failed; empty where it did not."""
    try:
        if posts:
            body = json.dumps({"name": "written under load"})
            connection.request("POST", host.items or "", body, {"Content-Type": "application/json"})
        else:
            connection.request("GET", host.path)
        response = connection.getresponse()
        text = response.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return repr(error)
    return "" if 200 <= response.status < 300 else f"{response.status} {text[:200]!r}"


class _Connection(http.client.HTTPSConnection):
    """To the listener on loopback, with a host name that no resolver has to know."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS, context=context)
        self._trust = context

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=self.timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)
