"""Small images, and the files and registries that hold them."""

import base64
import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from release.registry.manifest import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST


def digest_of(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def tar_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return packed.getvalue()


@dataclass(kw_only=True)
class Image:
    """An image for some platforms: blobs and manifests by digest, and the digest of the outermost."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    root: str = ""
    by_platform: dict[str, str] = field(default_factory=dict)
    """Architecture → digest of its manifest."""

    @classmethod
    def of(cls, *architectures: str, layers: tuple[bytes, ...] = (b"base", b"own")) -> "Image":
        """One image for each architecture; several in an index, with a build attestation beside them."""
        image = cls()
        entries = []
        for architecture in architectures:
            platform = {"os": "linux", "architecture": architecture}
            packed = [gzip.compress(each, mtime=0) for each in layers]
            manifest = {
                "schemaVersion": 2,
                "mediaType": OCI_MANIFEST,
                "config": image._blob(OCI_CONFIG, json.dumps(platform).encode()),
                "layers": [image._blob(OCI_LAYER, each) for each in packed],
            }
            entry = image._manifest(OCI_MANIFEST, manifest)
            image.by_platform[architecture] = image.root = entry["digest"]
            entries.append({**entry, "platform": platform})
        if len(architectures) > 1:
            unknown = {"platform": {"os": "unknown", "architecture": "unknown"}}
            index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [*entries, {**entries[0], **unknown}]}
            image.root = image._manifest(OCI_INDEX, index)["digest"]
        return image

    def layout(self, name: str = "web:1") -> dict[str, bytes]:
        """The files of an OCI layout."""
        kind, body = self.manifests[self.root]
        entry = {"mediaType": kind, "digest": self.root, "size": len(body)}
        entry |= {"annotations": {"org.opencontainers.image.ref.name": name}}  # type: ignore[dict-item]
        everything = {**self.blobs, **{digest: body for digest, (_, body) in self.manifests.items()}}
        return {
            "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
            "index.json": json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode(),
            **{f"blobs/{digest.replace(':', '/')}": body for digest, body in everything.items()},
        }

    def _blob(self, kind: str, body: bytes) -> dict[str, Any]:
        self.blobs[digest_of(body)] = body
        return {"mediaType": kind, "digest": digest_of(body), "size": len(body)}

    def _manifest(self, kind: str, document: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(document).encode()
        self.manifests[digest_of(body)] = kind, body
        return {"mediaType": kind, "digest": digest_of(body), "size": len(body)}


def docker_save(architecture: str, *layers: bytes, tags: tuple[str, ...] = ("web:1",), images: int = 1) -> bytes:
    """An archive as `docker save` writes it: layers as they are on disk."""
    config = json.dumps({"os": "linux", "architecture": architecture}).encode()
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    document = [{"Config": "config.json", "RepoTags": list(tags), "Layers": names}] * images
    files = {"manifest.json": json.dumps(document).encode(), "config.json": config}
    return tar_of({**files, **dict(zip(names, layers, strict=True))})


def write_folder(folder: Path, files: dict[str, bytes]) -> Path:
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return folder


@dataclass(kw_only=True)
class ForeignRegistry:
    """A registry that wants a Bearer token, and sends clients to another host for blobs."""

    image: Image
    repository: str = "team/web"
    user: str | None = None
    """`user:password` that the token server wants; None: anybody gets a token."""
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, host and path with query, of all requests."""
    leaked: list[str] = field(default_factory=list)
    """Authorization headers that reached the host of the blobs."""
    failures: list[str] = field(default_factory=list)
    """What the next requests for blobs meet: `500`, `cut`."""
    host: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        url = urlsplit(request.path)
        host = request.headers["Host"]
        self.requests.append((request.command, host, request.path))
        authorization = request.headers.get("Authorization", "")
        if url.path == "/token":
            wanted = f"Basic {base64.b64encode(self.user.encode()).decode()}" if self.user else ""
            if authorization != wanted:
                return send(request, 401, b"{}")
            scope = parse_qs(url.query)["scope"][0]
            return send(request, 200, json.dumps({"token": f"for-{scope}"}).encode())
        if host.startswith("localhost"):
            if authorization:
                self.leaked.append(authorization)
            return self._blob(request, url.path.rpartition("/")[2])
        scope = f"repository:{self.repository}:pull"
        if authorization != f"Bearer for-{scope}":
            challenge = f'Bearer realm="http://{self.host}/token",service="foreign",scope="{scope}"'
            return send(request, 401, b'{"errors": [{"code": "UNAUTHORIZED"}]}', **{"WWW-Authenticate": challenge})
        prefix = f"/v2/{self.repository}/"
        kind, _, reference = url.path.removeprefix(prefix).partition("/")
        if kind == "manifests":
            stored = self.image.manifests.get(self.image.root if reference == "1.0.0" else reference)
            if stored is None or not url.path.startswith(prefix):
                return send(request, 404, b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "unknown"}]}')
            return send(request, 200, stored[1], **{"Content-Type": stored[0]})
        port = self.host.partition(":")[2]
        return send(request, 307, b"", Location=f"http://localhost:{port}/store/{reference}")

    def _blob(self, request: BaseHTTPRequestHandler, digest: str) -> None:
        failure = self.failures.pop(0) if self.failures else ""
        body = self.image.blobs[digest]
        if failure == "500":
            return send(request, 500, b"")
        if failure == "cut":
            request.send_response(200)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body[:3])
            request.close_connection = True
            return None
        return send(request, 200, body)


def send(request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        request.send_header(name, value)
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(body)


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Serve on loopback; the value is host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


@contextmanager
def foreign_registry(image: Image, **settings: Any) -> Iterator[ForeignRegistry]:
    registry = ForeignRegistry(image=image, **settings)
    with serving(registry.answer) as host:
        registry.host = host
        yield registry
