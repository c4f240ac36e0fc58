"""How a registry is satisfied of who asks: Basic, or a Bearer token that its challenge says where to get."""

import json
import re
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from release.errors import FailedError
from release.registry.credentials import Credentials
from release.registry.transport import Transport, is_loopback

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class Authorization(Protocol):
    """Gives the `Authorization` header of requests to one repository."""

    def header(self) -> str | None:
        """The header to send now; None for none yet."""
        ...

    def renew(self, challenge: str) -> bool:
        """React to a refusal; False where another attempt would be refused as well.

        Args:
            challenge: the `WWW-Authenticate` header.
        """
        ...


class EcrToken:
    """The token of GetAuthorizationToken.

    Args:
        get: calls it, and returns `base64(AWS:token)`.
    """

    def __init__(self, get: Callable[[], str]) -> None:
        self._get = get
        self._token = get()
        self._renewed = False

    def header(self) -> str:
        """Basic, with the token as the password."""
        return f"Basic {self._token}"

    def renew(self, challenge: str) -> bool:  # noqa: ARG002
        """Get a new token, once: the first may have expired."""
        if self._renewed:
            return False
        self._token, self._renewed = self._get(), True
        return True


class Challenged:
    """What the registry's challenge asks for: nothing at first, then a token, anonymous or for stored credentials.

    Args:
        transport: for the token server.
        host: of the registry, for messages.
        scope: such as `repository:team/web:pull`, where the challenge names none.
        credentials: of `docker login`; None for an anonymous token.
    """

    def __init__(self, transport: Transport, *, host: str, scope: str, credentials: Credentials | None) -> None:
        self._transport, self._host, self._scope, self._credentials = transport, host, scope, credentials
        self._header: str | None = None

    def header(self) -> str | None:
        """What the last challenge led to."""
        return self._header

    def renew(self, challenge: str) -> bool:
        """Get what the challenge asks for."""
        scheme, _, rest = challenge.partition(" ")
        before = self._header
        if scheme.lower() == "basic" and self._credentials is not None:
            self._header = self._credentials.basic
        elif scheme.lower() == "bearer":
            self._header = f"Bearer {self._token(dict(_PARAMETER.findall(rest)))}"
        return self._header != before

    def _token(self, parameters: dict[str, str]) -> str:
        realm = urlsplit(parameters.get("realm", ""))
        if realm.scheme != "https" and not (realm.scheme == "http" and is_loopback(realm.hostname or "")):
            # Credentials would travel in plain text.
            raise FailedError(f"{self._host} sends clients to {realm.geturl()!r} for a token, which is not HTTPS.")
        arguments = {
            name: value
            for name, value in {
                "service": parameters.get("service"),
                "scope": parameters.get("scope", self._scope),
            }.items()
            if value
        }
        headers = {}
        if self._credentials is not None and self._credentials.identity_token:
            body = {
                "grant_type": "refresh_token",
                "refresh_token": self._credentials.identity_token,
                "client_id": "windlass",
                **arguments,
            }
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            response = self._transport.request("POST", realm.geturl(), headers=headers, body=urlencode(body).encode())
        else:
            if self._credentials is not None:
                headers["Authorization"] = self._credentials.basic
            query = "&".join(filter(None, (realm.query, urlencode(arguments))))
            response = self._transport.request("GET", realm._replace(query=query).geturl(), headers=headers)
        if response.status != 200:
            raise FailedError(f"{realm.hostname} gives no token for {self._host} ({response.status}). {self.advice}")
        try:
            answer = json.loads(response.data)
            return str(answer.get("token") or answer["access_token"])
        except (ValueError, KeyError, AttributeError):
            raise FailedError(f"{realm.hostname} answered without a token for {self._host}.") from None

    @property
    def advice(self) -> str:
        """What to do where the registry refuses."""
        if self._credentials is None:
            return f"Nobody is logged in there: docker login {self._host}"
        return f"The stored credentials are refused: docker login {self._host}"
