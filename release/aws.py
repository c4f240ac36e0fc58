"""Clients for AWS: bounded in time, retried, and with errors that people can act on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from release.errors import FailedError, ReleaseError

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 20
ATTEMPTS = 5
"""Calls per request in botocore's `standard` mode: about 20 s of waiting at most when AWS throttles."""

_NOT_LOGGED_IN = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "RequestExpired",
}
_NOT_ALLOWED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


class Aws:
    """One account and region.

    Args:
        session: a `boto3.session.Session` with region and credentials.
        endpoint_url: where the embedded AWS answers. Default: the real AWS.
    """

    def __init__(self, session: Any, *, endpoint_url: str | None = None) -> None:
        self._session = session
        self._endpoint_url = endpoint_url
        self._clients: dict[str, Any] = {}
        # boto3's clients can be shared by threads; its sessions, which create them, cannot.
        self._lock = threading.Lock()

    @property
    def is_emulated(self) -> bool:
        """Whether this is the embedded AWS of this machine."""
        return self._endpoint_url is not None

    def client(self, service: str) -> Any:
        """Return the client of an AWS service, created at its first use."""
        from botocore.config import Config

        with self._lock:
            if service not in self._clients:
                config = Config(
                    connect_timeout=CONNECT_TIMEOUT_SECONDS,
                    read_timeout=READ_TIMEOUT_SECONDS,
                    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                    # No proxy is needed between this machine and its own loopback.
                    **({"proxies": {}} if self._endpoint_url else {}),
                )
                self._clients[service] = self._session.client(service, endpoint_url=self._endpoint_url, config=config)
            return self._clients[service]

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        """Return all items under `key` of all pages of an operation."""
        items: list[Any] = []
        for page in self.client(service).get_paginator(operation).paginate(**arguments):
            items += page.get(key, [])
        return items


def error_code(error: Any) -> str:
    """Return the code of a botocore ClientError, such as `ParameterNotFound`."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def explained() -> Iterator[None]:
    """Turn what boto3 raises into a ReleaseError that says what to do."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    try:
        yield
    except ReleaseError:
        raise
    except ClientError as error:
        raise FailedError(_sentence(error)) from error
    except NoCredentialsError as error:
        raise FailedError("There are no AWS credentials: log in, or set AWS_PROFILE.") from error
    except BotoCoreError as error:
        raise FailedError(f"AWS cannot be reached: {error}") from error


def _sentence(error: Any) -> str:
    code, message = error_code(error), error.response.get("Error", {}).get("Message", "")
    operation = error.operation_name
    if code in _NOT_LOGGED_IN:
        return f"AWS does not accept these credentials ({code}): log in again."
    if code in _NOT_ALLOWED:
        return f"These credentials may not call {operation}: {message}"
    return f"AWS refused {operation}: {message or code}"
