"""A small steady load: a few clients that send requests at a given rate, and keep every answer."""

import http.client
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One request."""

    at: float
    """When the answer was there; seconds of `time.monotonic`."""
    seconds: float
    """How long it took."""
    status: int
    """0 where there was no answer."""
    label: str
    """What `label_of` found in the body, or the error."""

    @property
    def failed(self) -> bool:
        return not 200 <= self.status < 300


class Load:
    """Use as a context manager: `with Load(...) as load: ...`; the answers are complete after the block.

    Args:
        port: on loopback.
        host: the name to ask for.
        path: the path to ask for.
        context: for TLS; `None` for plain HTTP.
        clients: threads, each with one kept-alive connection, made new after 50 requests.
        per_second: requests of all clients together.
        label_of: body → a word that is kept with the answer.
    """

    def __init__(
        self,
        *,
        port: int,
        host: str,
        path: str = "/health",
        context: ssl.SSLContext | None = None,
        clients: int = 4,
        per_second: float = 100.0,
        label_of: Callable[[bytes], str] = lambda _body: "",
    ) -> None:
        self._port, self._host, self._path, self._context = port, host, path, context
        self._pause = clients / per_second
        self._label_of = label_of
        self._stopping = threading.Event()
        self._answers: list[Answer] = []
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=30)

    @property
    def answers(self) -> list[Answer]:
        """In the order in which they came."""
        return sorted(self._answers, key=lambda answer: answer.at)

    @property
    def failures(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.failed]

    def since(self, moment: float) -> list[Answer]:
        """Answers that came after a moment of `time.monotonic`."""
        return [answer for answer in self.answers if answer.at >= moment]

    def _ask(self) -> None:
        connection = self._connection()
        due = time.monotonic()
        number = 0
        while not self._stopping.is_set():
            number += 1
            if number % 50 == 0:
                connection.close()
                connection = self._connection()
            started_at = time.monotonic()
            try:
                connection.request("GET", self._path, headers={"Host": self._host})
                response = connection.getresponse()
                status, label = response.status, self._label_of(response.read())
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                status, label = 0, repr(error)
                connection.close()
                connection = self._connection()
            now = time.monotonic()
            self._answers.append(Answer(at=now, seconds=now - started_at, status=status, label=label))
            due = max(due + self._pause, now)
            self._stopping.wait(due - now)
        connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._context is None:
            return http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        return http.client.HTTPSConnection("localhost", self._port, timeout=10, context=self._context)
