"""HTTP to registries: bounded in time, by the user's proxy, retried where another attempt may succeed."""

import json
import os
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from release.errors import FailedError

Body = bytes | Iterable[bytes] | None
ATTEMPTS = 5
"""With 1, 2, 4 and 8 seconds between them."""
CONNECT_SECONDS, READ_SECONDS = 10, 300
"""A registry reads a layer of gigabytes once more before it answers."""
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 5
T = TypeVar("T")


class TransientError(Exception):
    """Another attempt may succeed; the message is for people."""


class RegistryAnswerError(Exception):
    """A registry refused a request.

    Args:
        response: what it answered.
    """

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self.code, message = "", ""
        try:
            first = json.loads(response.data)["errors"][0]
            self.code, message = str(first.get("code", "")), str(first.get("message", ""))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, HTTPError):
            message = str(response.reason or "")
        super().__init__(f"{self.status} {self.code} {message}".replace("  ", " ").strip())


@dataclass(frozen=True, kw_only=True)
class Retries:
    """How often to try, and how to wait."""

    attempts: int = ATTEMPTS
    sleep: Callable[[float], None] = time.sleep

    def run(self, what: str, attempt: Callable[[], T]) -> T:
        """Return what `attempt` returns; FailedError once all attempts have raised TransientError.

        Args:
            what: for the message, such as `the layer sha256:…`.
            attempt: is called again after each TransientError.
        """
        for number in range(1, self.attempts + 1):
            try:
                return attempt()
            except TransientError as error:
                if number == self.attempts:
                    raise FailedError(f"{what}: {error} (after {number} attempts).") from error
                self.sleep(2.0 ** (number - 1))
        raise AssertionError("unreachable")


class Transport:
    """Sends single requests; follows redirects, but passes no authorization to another host."""

    def __init__(self) -> None:
        self._managers: dict[str, urllib3.PoolManager] = {}

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: Body = None, stream: bool = False
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer, whatever its status.

        Args:
            method: of HTTP.
            url: absolute.
            headers: of the request.
            body: bytes, or parts of a body whose length a header says.
            stream: leave the body of the answer to the caller, who reads or closes it.

        Raises:
            TransientError: no answer, or one that says to try again later.
        """
        sent = dict(headers)
        for _ in range(_MAX_REDIRECTS):
            response = self._once(method, url, sent, body, stream)
            location = response.headers.get("Location")
            if response.status not in _REDIRECTS or location is None:
                return response
            response.release_conn()
            following = urljoin(url, location)
            if urlsplit(following).netloc != urlsplit(url).netloc:
                sent = {name: value for name, value in sent.items() if name.lower() != "authorization"}
            url = following
        raise FailedError(f"{urlsplit(url).netloc} redirects again and again.")

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], body: Body, stream: bool
    ) -> urllib3.BaseHTTPResponse:
        host = urlsplit(url).netloc
        try:
            response = self._manager(url).request(
                method,
                url,
                headers=headers,
                body=body,
                preload_content=not stream,
                decode_content=False,
                redirect=False,
                retries=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            )
        except HTTPError as error:
            raise TransientError(f"{host} cannot be reached or broke off ({type(error).__name__})") from error
        except OSError as error:
            raise TransientError(f"{host} broke off ({error.strerror or error})") from error
        if response.status >= 500 or response.status == 429:
            answer = RegistryAnswerError(response)
            response.release_conn()
            raise TransientError(f"{host} answered {answer}")
        return response

    def _manager(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        proxy = urllib.request.getproxies().get(parts.scheme, "")
        if is_loopback(parts.hostname or "") or urllib.request.proxy_bypass(parts.hostname or ""):
            proxy = ""
        if proxy not in self._managers:
            # As for calls to AWS: a company's own authority is named by AWS_CA_BUNDLE.
            bundle = os.environ.get("AWS_CA_BUNDLE") or None
            try:
                context = ssl.create_default_context(cafile=bundle)
            except OSError as error:
                raise FailedError(f"AWS_CA_BUNDLE is {bundle!r}, which cannot be read: {error}") from error
            self._managers[proxy] = (
                urllib3.ProxyManager(proxy, ssl_context=context) if proxy else urllib3.PoolManager(ssl_context=context)
            )
        return self._managers[proxy]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, where registries speak plain HTTP."""
    return host == "localhost" or host.startswith("127.") or host == "::1"
