"""The registry's part of the server: the OCI distribution protocol, as ECR speaks it.

Blobs are received and sent outside of `MOTO_LOCK`, which is held for moments only: a layer of a gigabyte keeps no
request to AWS waiting.
"""

import json
import re
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from local.extensions import extend
from local.iam.record import CallRecord
from local.registry import tokens
from local.registry.blobs import BLOBS, DIGEST, OutOfOrderError, Upload, WrongDigestError
from local.registry.errors import RegistryError
from local.registry.permissions import refuse_without_permission
from local.serialise_requests import MOTO_LOCK, Application

PREFIX = "/v2/"
SIGNED = "AWS4-"
"""Begins the `Authorization` of a call to AWS: other services have paths that begin with /v2/."""
PAGE = 1000
_ROUTES = {
    "uploads": re.compile(r"/v2/(?P<name>.+)/blobs/uploads/(?P<id>[0-9a-f]*)"),
    "blob": re.compile(r"/v2/(?P<name>.+)/blobs/(?P<digest>[^/]+)"),
    "manifest": re.compile(r"/v2/(?P<name>.+)/manifests/(?P<reference>[^/]+)"),
    "tags": re.compile(r"/v2/(?P<name>.+)/tags/list"),
}
_RANGE = re.compile(r"(?:bytes )?(?P<first>\d+)-(?P<last>\d+)(?:/\S+)?")


def with_registry(application: Application, changed: Callable[[], None], record: CallRecord) -> Application:
    """The application with the registry added.

    Args:
        application: gets all other requests.
        changed: called when an image or a blob was added.
        record: gets the decisions about what roles do.
    """

    def extended(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        signed = str(environ.get("HTTP_AUTHORIZATION", "")).startswith(SIGNED)
        if signed or not f"{path.rstrip('/')}/".startswith(PREFIX):
            return application(environ, start_response)
        request = Request(environ)
        try:
            response = _Answer(request, changed, record).response()
        except RegistryError as error:
            response = Response(error.body(), status=error.status, mimetype="application/json")
            if error.status == 401:
                response.headers["WWW-Authenticate"] = f'Basic realm="{request.host_url}",service="ecr.amazonaws.com"'
        response.headers["Docker-Distribution-Api-Version"] = "registry/2.0"
        answer: Iterable[bytes] = response(environ, start_response)
        return answer

    return extended


class _Answer:
    """What one request gets."""

    def __init__(self, request: Any, changed: Callable[[], None], record: CallRecord) -> None:
        self._request, self._changed, self._record = request, changed, record
        self._claims = _claims(request)
        extend("ecr")
        from local.registry.images import Images  # imports moto's ECR, which is extended first

        self._images = Images(self._claims)

    def response(self) -> Any:
        path, method = self._request.path, self._request.method
        if path.rstrip("/") == PREFIX.rstrip("/"):
            return Response(b"{}", mimetype="application/json")
        for kind, pattern in _ROUTES.items():
            match = pattern.fullmatch(path)
            answer = getattr(self, f"_{method.lower()}_{kind}", None)
            if match is not None:
                if answer is None:
                    raise RegistryError(405, "UNSUPPORTED", f"{method} is not supported here")
                refuse_without_permission(
                    self._claims, f"{method} {kind}", match["name"], str(self._request.remote_addr or ""), self._record
                )
                return answer(**match.groupdict())
        raise RegistryError(404, "NAME_UNKNOWN", f"There is nothing at {path}")

    # --- blobs ---------------------------------------------------------------------------------------------------

    def _get_blob(self, name: str, digest: str) -> Any:
        with MOTO_LOCK:
            path = BLOBS.path(digest) if self._images.has_blob(name, digest) else None
        if path is None:
            raise RegistryError(404, "BLOB_UNKNOWN", f"The blob {digest} is not in the repository '{name}'")
        response = send_file(
            path, self._request.environ, mimetype="application/octet-stream", conditional=True, etag=digest
        )
        response.headers["Docker-Content-Digest"] = digest
        return response

    _head_blob = _get_blob

    def _post_uploads(self, name: str, id: str) -> Any:  # noqa: A002
        if id:
            raise RegistryError(405, "UNSUPPORTED", "An upload begins without an id")
        arguments = self._request.args
        mounted, source = arguments.get("mount"), arguments.get("from")
        with MOTO_LOCK:
            self._images.repository(name)
            if mounted and source and self._images.mount(name, mounted, source):
                self._changed()
                return self._created(name, mounted)
        upload = BLOBS.begin(self._place(name))
        if "digest" in arguments:
            return self._complete(name, upload, arguments["digest"])
        return self._accepted(name, upload)

    def _get_uploads(self, name: str, id: str) -> Any:  # noqa: A002
        response = self._accepted(name, self._upload(name, id))
        response.status_code = 204
        return response

    def _patch_uploads(self, name: str, id: str) -> Any:  # noqa: A002
        upload = self._upload(name, id)
        self._append(upload)
        return self._accepted(name, upload)

    def _put_uploads(self, name: str, id: str) -> Any:  # noqa: A002
        return self._complete(name, self._upload(name, id), self._request.args.get("digest", ""))

    def _delete_uploads(self, name: str, id: str) -> Any:  # noqa: A002
        BLOBS.forget(self._upload(name, id))
        return Response(status=204)

    def _complete(self, name: str, upload: Upload, digest: str) -> Any:
        if not DIGEST.fullmatch(digest):
            raise RegistryError(400, "DIGEST_INVALID", f"The digest is '{digest}'; sha256 is supported")
        self._append(upload)
        try:
            upload.sync(digest)
        except WrongDigestError as error:
            BLOBS.forget(upload)
            raise RegistryError(400, "DIGEST_INVALID", f"Invalid layer: {error}") from error
        with MOTO_LOCK:
            self._images.repository(name)  # it may have been deleted meanwhile
            BLOBS.commit(upload)
            self._images.add_blob(name, digest)
        self._changed()
        return self._created(name, digest)

    def _append(self, upload: Upload) -> None:
        headers = self._request.headers
        match = _RANGE.fullmatch(headers.get("Content-Range", ""))
        first = int(match["first"]) if match else None
        try:
            upload.append(self._request.stream, first_byte=first, length=self._request.content_length)
        except OutOfOrderError as error:
            raise RegistryError(416, "BLOB_UPLOAD_INVALID", f"Invalid layer part: {error}") from error

    def _upload(self, name: str, id_: str) -> Upload:
        upload = BLOBS.upload(id_, self._place(name))
        if upload is None:
            raise RegistryError(404, "BLOB_UPLOAD_UNKNOWN", f"There is no upload '{id_}' into the repository '{name}'")
        return upload

    def _place(self, name: str) -> tuple[str, str, str]:
        return self._claims.account, self._claims.region, name

    def _accepted(self, name: str, upload: Upload) -> Any:
        headers = {
            "Location": f"{PREFIX}{name}/blobs/uploads/{upload.id}",
            "Range": f"0-{max(upload.size - 1, 0)}",
            "Docker-Upload-UUID": upload.id,
        }
        return Response(status=202, headers=headers)

    def _created(self, name: str, digest: str) -> Any:
        headers = {"Location": f"{PREFIX}{name}/blobs/{digest}", "Docker-Content-Digest": digest}
        return Response(status=201, headers=headers)

    # --- manifests -----------------------------------------------------------------------------------------------

    def _get_manifest(self, name: str, reference: str) -> Any:
        with MOTO_LOCK:
            manifest = self._images.manifest(name, reference)
        headers = {"Docker-Content-Digest": manifest.digest}
        return Response(manifest.body, content_type=manifest.media_type, headers=headers)

    _head_manifest = _get_manifest

    def _put_manifest(self, name: str, reference: str) -> Any:
        from local.registry.images import MAX_MANIFEST_BYTES

        body = self._request.stream.read(MAX_MANIFEST_BYTES + 1)
        if len(body) > MAX_MANIFEST_BYTES:
            raise RegistryError(413, "MANIFEST_INVALID", "A manifest has at most 4 MiB")
        with MOTO_LOCK:
            digest = self._images.put_manifest(name, reference, body, self._request.headers.get("Content-Type", ""))
        self._changed()
        headers = {"Location": f"{PREFIX}{name}/manifests/{digest}", "Docker-Content-Digest": digest}
        return Response(status=201, headers=headers)

    def _get_tags(self, name: str) -> Any:
        with MOTO_LOCK:
            tags = self._images.tags(name)
        arguments = self._request.args
        last, size = arguments.get("last", ""), min(arguments.get("n", PAGE, type=int), PAGE)
        rest = [tag for tag in tags if tag > last]
        page = rest[:size]
        response = Response(json.dumps({"name": name, "tags": page}), mimetype="application/json")
        if page and len(rest) > len(page):
            response.headers["Link"] = f'<{PREFIX}{name}/tags/list?n={size}&last={quote(page[-1])}>; rel="next"'
        return response


def _claims(request: Any) -> tokens.Claims:
    try:
        return tokens.read(request.headers.get("Authorization", ""), time.time())
    except tokens.ExpiredTokenError as error:
        message = "Your authorization token has expired. Reauthenticate and try again."
        raise RegistryError(401, "DENIED", message) from error
    except tokens.BadTokenError as error:
        raise RegistryError(401, "UNAUTHORIZED", "Not Authorized") from error
