"""A registry with two repositories, and clients of it that send plain HTTP."""

import base64
import hashlib
import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.local.conftest import client, endpoint_url

__all__ = ["client", "endpoint_url"]

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
WEB, OTHER = "shop/web", "shop/other"


def digest_of(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a request got."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """Of the first error."""
        return str(json.loads(self.body)["errors"][0]["code"])

    @property
    def message(self) -> str:
        """Of the first error."""
        return str(json.loads(self.body)["errors"][0]["message"])


@dataclass(frozen=True, kw_only=True)
class Registry:
    """A client of the registry."""

    host: str
    authorization: str
    repository: str = WEB
    log: list[str] = field(default_factory=list)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path = path if path.startswith("/") else f"/v2/{self.repository}/{path}"
        try:
            chunked = not isinstance(body, bytes | None)
            connection.request(
                method, path, body, {"Authorization": self.authorization, **named}, encode_chunked=chunked
            )
            response = connection.getresponse()
            return Answer(status=response.status, headers=response.headers, body=response.read())
        finally:
            connection.close()

    def blob(self, body: bytes) -> str:
        """Push a blob; returns its digest."""
        location = self("POST", "blobs/uploads/").headers["Location"]
        assert self("PUT", f"{location}?digest={digest_of(body)}", body).status == 201
        return digest_of(body)

    def image(self, reference: str, *, layer: bytes = b"layer") -> Answer:
        """Push an image with one layer."""
        config = b'{"architecture": "arm64", "os": "linux"}'
        for part in (config, layer):
            self.blob(part)
        return self("PUT", f"manifests/{reference}", manifest(config, layer), Content_Type=MANIFEST)


def manifest(config: bytes, *layers: bytes) -> bytes:
    kind = "application/vnd.oci.image.layer.v1.tar+gzip"
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": digest_of(config),
            "size": len(config),
        },
        "layers": [{"mediaType": kind, "digest": digest_of(each), "size": len(each)} for each in layers],
    }
    return json.dumps(document).encode()


@pytest.fixture
def ecr(client: Callable[[str], Any]) -> Iterator[Any]:
    ecr = client("ecr")
    ecr.create_repository(repositoryName=WEB, imageTagMutability="IMMUTABLE")
    ecr.create_repository(repositoryName=OTHER, imageTagMutability="MUTABLE")
    yield ecr
    for name in (WEB, OTHER):
        ecr.delete_repository(repositoryName=name, force=True)


def log_in(ecr: Any) -> Registry:
    (data,) = ecr.get_authorization_token()["authorizationData"]
    return Registry(
        host=urlsplit(data["proxyEndpoint"]).netloc,
        authorization=f"Basic {data['authorizationToken']}",
    )


@pytest.fixture
def registry(ecr: Any) -> Registry:
    return log_in(ecr)


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
