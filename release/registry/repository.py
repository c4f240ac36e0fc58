"""One repository of a registry, by the OCI distribution protocol."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from release.errors import FailedError, RefusedError
from release.registry.authorization import Authorization
from release.registry.manifest import ACCEPTED, OCI_MANIFEST, Descriptor, Manifest
from release.registry.transport import Body, RegistryAnswerError, Retries, TransientError, Transport

CHUNK_BYTES = 1024 * 1024
Chunks = Iterator[bytes]
_AUTHORIZATIONS = 3
"""A request without, one with a token that has expired, one with a new token."""


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository. Requests are retried, and authorized again where that helps."""

    url: str
    """Of the registry, such as `https://ghcr.io`."""
    name: str
    authorization: Authorization
    advice: str = ""
    """What to do where the registry refuses the credentials."""
    transport: Transport = field(default_factory=Transport)
    retries: Retries = field(default_factory=Retries)

    @property
    def host(self) -> str:
        """Of the registry, for messages."""
        return urlsplit(self.url).netloc

    def manifest(self, reference: str) -> Manifest | None:
        """The manifest or index with a tag or a digest; None where there is none.

        Raises:
            RefusedError: there is no such repository, or it may not be read.
            FailedError: the registry does not answer, or with something else.
        """
        headers = {"Accept": ", ".join(ACCEPTED)}
        try:
            response = self._retried("GET", f"manifests/{reference}", headers=headers)
        except RegistryAnswerError as error:
            if error.status == 404 and error.code != "NAME_UNKNOWN":
                return None
            raise self._refusal(error) from error
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        manifest = Manifest(body=response.data, media_type=media_type)
        if media_type not in ACCEPTED:
            raise RefusedError(
                f"{self.host}/{self.name}:{reference} is of the type {media_type}, which is not supported."
            )
        if reference.startswith("sha256:") and manifest.digest != reference:
            raise FailedError(f"{self.host} sent another manifest than {reference}.")
        return manifest

    def require(self, advice: str) -> None:
        """Raise RefusedError where there is no such repository.

        Args:
            advice: the command that creates it.
        """
        try:
            self._retried("GET", "manifests/unknown", headers={"Accept": OCI_MANIFEST})
        except RegistryAnswerError as error:
            if error.code == "NAME_UNKNOWN":
                raise RefusedError(f"The repository {self.name} does not exist yet. First: {advice}") from error
            if error.status != 404:
                raise self._refusal(error) from error

    def has(self, digest: str) -> bool:
        """Whether it has a blob."""
        try:
            self._retried("HEAD", f"blobs/{digest}")
        except RegistryAnswerError as error:
            if error.status == 404:
                return False
            raise self._refusal(error) from error
        return True

    @contextmanager
    def open(self, blob: Descriptor) -> Iterator[Chunks]:
        """The bytes of a blob, in parts.

        Raises:
            TransientError: the registry breaks off.
            FailedError, RefusedError: it does not have the blob, or does not give it.
        """
        try:
            response = self._authorized("GET", self._url(f"blobs/{blob.digest}"), stream=True)
        except RegistryAnswerError as error:
            raise self._refusal(error) from error
        try:
            yield _stream(response, self.host)
        finally:
            response.close()

    def upload(self, blob: Descriptor, open_chunks: Callable[[], Chunks], *, mount_from: str | None = None) -> bool:
        """Store a blob.

        Args:
            blob: its digest and size.
            open_chunks: opens its bytes; called again for another attempt.
            mount_from: a repository of the same registry that has it.

        Returns:
            Whether its bytes were sent; False where the registry took it over from `mount_from`.

        Raises:
            RefusedError, FailedError: the registry refuses it, or breaks off again and again.
        """
        mount = f"?{urlencode({'mount': blob.digest, 'from': mount_from})}" if mount_from else ""

        def attempt() -> bool:
            begun = self._authorized("POST", self._url(f"blobs/uploads/{mount}"), headers={"Content-Length": "0"})
            if begun.status == 201:
                return False
            location = urlsplit(urljoin(self.url, begun.headers["Location"]))
            query = urlencode([*parse_qsl(location.query), ("digest", blob.digest)])
            headers = {"Content-Type": "application/octet-stream", "Content-Length": str(blob.size)}
            self._authorized("PUT", location._replace(query=query).geturl(), headers=headers, body=open_chunks())
            return True

        try:
            return self.retries.run(f"{blob.digest[:19]}… was not stored", attempt)
        except RegistryAnswerError as error:
            raise self._refusal(error) from error

    def put(self, reference: str, manifest: Manifest) -> None:
        """Store a manifest under a tag, once all its blobs are there.

        Raises:
            RefusedError: the tag names another image and cannot be moved, or the manifest is refused.
        """
        try:
            headers = {"Content-Type": manifest.media_type or OCI_MANIFEST}
            self._retried("PUT", f"manifests/{reference}", headers=headers, body=manifest.body)
        except RegistryAnswerError as error:
            raise self._refusal(error) from error

    def _retried(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: Body = None
    ) -> urllib3.BaseHTTPResponse:
        what = f"{self.host} did not answer {method} {path.partition('/')[0]}"
        return self.retries.run(what, lambda: self._authorized(method, self._url(path), headers=headers, body=body))

    def _authorized(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: Body = None,
        stream: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        """Send a request; RegistryAnswerError where it is refused."""
        for _ in range(_AUTHORIZATIONS):
            header = self.authorization.header()
            sent = {**(headers or {}), **({"Authorization": header} if header else {})}
            response = self.transport.request(method, url, headers=sent, body=body, stream=stream)
            if response.status < 400:
                return response
            refusal = RegistryAnswerError(response)
            response.close()
            if response.status != 401 or not self.authorization.renew(response.headers.get("WWW-Authenticate", "")):
                raise refusal
            if body is not None and not isinstance(body, bytes):
                raise TransientError(f"{self.host} wanted a new token")  # what was sent cannot be sent again
        raise refusal

    def _url(self, path: str) -> str:
        return f"{self.url}/v2/{self.name}/{path}"

    def _refusal(self, error: RegistryAnswerError) -> RefusedError:
        advice = f" {self.advice}" if error.status in (401, 403) and self.advice else ""
        return RefusedError(f"{self.host} refused {self.name}: {error}.{advice}")


def _stream(response: urllib3.BaseHTTPResponse, host: str) -> Chunks:
    try:
        yield from response.stream(CHUNK_BYTES, decode_content=False)
    except (HTTPError, OSError) as error:
        raise TransientError(f"{host} broke off ({type(error).__name__})") from error
